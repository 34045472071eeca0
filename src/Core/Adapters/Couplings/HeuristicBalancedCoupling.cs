namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// Blocks of f = floor(N/M) heads to each A in turn, and of those left over one to each from A_0 on: CoLA with the double
/// dagger, as in the authors' code (N=5, M=3: A_0 {0,3}, A_1 {1,4}, A_2 {2}).
/// </summary>
internal sealed class HeuristicBalancedCoupling(int m, int n)
    : Coupling(OneAEach(n, m, j => j < n / m * m ? j / (n / m) : j - n / m * m));
