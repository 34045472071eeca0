namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// Each A gets f = floor(N/M) consecutive heads; the remaining heads go to A_0, A_1, ..., one each. CoLA (arXiv 2505.15471)
/// with the double dagger, as in the authors' code (N=5, M=3: A_0 {0,3}, A_1 {1,4}, A_2 {2}).
/// </summary>
internal sealed class HeuristicBalancedCoupling(int m, int n)
    : Coupling(OneAPerHead(n, m, j => j < n / m * m ? j / (n / m) : j - n / m * m));
