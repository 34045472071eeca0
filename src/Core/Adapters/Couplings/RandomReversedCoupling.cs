namespace CoLA.Core.Adapters.Couplings;

/// <summary>Each head B_j multiplies one A, drawn with replacement. It is served with the mean, L = 1/M.</summary>
internal sealed class RandomReversedCoupling(int m, int n) : Coupling(Filled(n, m, 1f / m))
{
    public override bool Collapses => true;

    public override int DrawCount => N;

    public override int DrawRange => M;

    public override float[,] Drawn(ReadOnlySpan<int> draw)
    {
        var blocks = new float[N, M];
        for (var j = 0; j < N; j++)
        {
            blocks[j, draw[j]] = 1;
        }

        return blocks;
    }
}
