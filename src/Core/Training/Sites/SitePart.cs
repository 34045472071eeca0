namespace CoLA.Core.Training.Sites;

/// <summary>One task's rows at one target of a site, and where its heads lie.</summary>
/// <param name="First">Its first token in the batch.</param>
/// <param name="Count">Its tokens.</param>
/// <param name="Target">Place of the target among the site's adapted ones.</param>
/// <param name="Blocks">L (N x M): how gradients go back to the heads.</param>
/// <param name="Folding">L as the heads are folded by it: the same unless heads stand for several.</param>
/// <param name="Heads">(N, r, out)</param>
/// <param name="Gradients">(N, r, out): added to.</param>
/// <param name="InitialHeads">(rank, out) of the initial product, which is subtracted; 0 where it is not.</param>
internal sealed record SitePart(int First, int Count, int Target, float[,] Blocks, float[,] Folding, nint Heads, nint Gradients, nint InitialHeads)
{
    public int N => Blocks.GetLength(0);

    public bool Subtracts => InitialHeads != 0;
}
