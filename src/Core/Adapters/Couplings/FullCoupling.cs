namespace CoLA.Core.Adapters.Couplings;

/// <summary>Every head multiplies every A: (sum_j B_j)(sum_i A_i). CoLA (arXiv 2505.15471) with the superscript T.</summary>
internal sealed class FullCoupling(int m, int n) : Coupling(Filled(n, m, 1))
{
    public override bool Collapses => true;
}
