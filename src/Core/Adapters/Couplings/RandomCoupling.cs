namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// One head, drawn with replacement, multiplies each A_i: CoLA (arXiv 2505.15471) with the dagger. There is one draw per
/// task, step, layer and target. It is served with the mean, L = 1/N.
/// </summary>
internal sealed class RandomCoupling(int m, int n) : Coupling(Filled(n, m, 1f / n))
{
    public override bool Collapses => true;

    public override int DrawCount => M;

    public override int DrawRange => N;

    public override float[,] Drawn(ReadOnlySpan<int> draw)
    {
        var blocks = new float[N, M];
        for (var i = 0; i < M; i++)
        {
            blocks[draw[i], i] = 1;
        }

        return blocks;
    }
}
