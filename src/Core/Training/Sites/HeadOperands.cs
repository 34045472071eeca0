namespace CoLA.Core.Training.Sites;

/// <summary>The heads of one task at one target of a site, the rows that run on them, and where they lie in memory.</summary>
internal sealed unsafe class HeadOperands
{
    /// <summary>The first of the task's tokens in the batch.</summary>
    public required int First { get; init; }

    /// <summary>The task's tokens in the batch.</summary>
    public required int Tokens { get; init; }

    /// <summary>Place of the target among the adapted targets of the site.</summary>
    public required int Target { get; init; }

    /// <summary>L (N x M), by which gradients are distributed to the heads.</summary>
    public required float[,] Blocks { get; init; }

    /// <summary>L (N x M), by which the heads are folded. It differs from <see cref="Blocks"/> where one head stands for several equal ones.</summary>
    public required float[,] Folding { get; init; }

    /// <summary>(N, r, out)</summary>
    public required float* Heads { get; init; }

    /// <summary>(N, r, out): gradients are added to it.</summary>
    public required float* Gradients { get; init; }

    /// <summary>(rank, out) of the initial product, which is subtracted; null where it is not.</summary>
    public float* InitialHeads { get; init; }

    public int N => Blocks.GetLength(0);

    public bool Subtracts => InitialHeads is not null;
}
