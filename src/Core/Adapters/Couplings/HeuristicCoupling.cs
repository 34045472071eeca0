namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// Head j multiplies A_min(j, M-1): one head per A, and the last A gets the remaining heads. CoLA (arXiv 2505.15471) with the
/// double dagger, as in the paper.
/// </summary>
internal sealed class HeuristicCoupling(int m, int n) : Coupling(OneAPerHead(n, m, j => Math.Min(j, m - 1)));
