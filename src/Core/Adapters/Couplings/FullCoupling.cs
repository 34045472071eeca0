namespace CoLA.Core.Adapters.Couplings;

/// <summary>Every head with every A: (sum_j B_j)(sum_i A_i). CoLA with the superscript T.</summary>
internal sealed class FullCoupling(int m, int n) : Coupling(Filled(n, m, 1))
{
    public override bool Collapses => true;
}
