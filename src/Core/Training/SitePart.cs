namespace CoLA.Core.Training;

/// <summary>One task's rows at one target of a site, and where its heads lie.</summary>
/// <param name="First">Its first token in the batch.</param>
/// <param name="Count">Its tokens.</param>
/// <param name="Target">Place of the target among the site's adapted ones.</param>
/// <param name="Blocks">L (N x M).</param>
/// <param name="Counts">How many equal heads each of the N stands for; null for one.</param>
/// <param name="Heads">(N, r, out)</param>
/// <param name="Gradients">(N, r, out): added to.</param>
/// <param name="InitialHeads">(rank, out) of the initial product, which is subtracted; 0 where it is not.</param>
internal sealed record SitePart(int First, int Count, int Target, float[,] Blocks, IReadOnlyList<float>? Counts, nint Heads, nint Gradients, nint InitialHeads)
{
    public int N => Blocks.GetLength(0);

    /// <summary>What head j's block for A_i is folded with.</summary>
    public float Factor(int j, int i) => Blocks[j, i] * (Counts is null ? 1 : Counts[j]);

    public bool Subtracts => InitialHeads != 0;
}
