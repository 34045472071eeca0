namespace CoLA.Core.Adapters.Couplings;

/// <summary>Head j with A_min(j, M-1): one to one, and what is left to the last. CoLA with the double dagger, as in the paper.</summary>
internal sealed class HeuristicCoupling(int m, int n) : Coupling(OneAEach(n, m, j => Math.Min(j, m - 1)));
