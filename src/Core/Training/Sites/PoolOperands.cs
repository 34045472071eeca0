namespace CoLA.Core.Training.Sites;

/// <summary>What one pool's tasks train at a site, for the rows of a micro-batch that are theirs, and where it lies in memory.</summary>
internal sealed unsafe class PoolOperands
{
    /// <summary>The first of the pool's tokens in the batch.</summary>
    public required int First { get; init; }

    /// <summary>The pool's tokens in the batch.</summary>
    public required int Tokens { get; init; }

    /// <summary>The adapted targets, in the order of the pool.</summary>
    public required IReadOnlyList<TargetColumns> Targets { get; init; }

    /// <summary>The heads of each task at each target.</summary>
    public required IReadOnlyList<HeadOperands> Heads { get; init; }

    /// <summary>Number of shared A matrices for each target.</summary>
    public required int M { get; init; }

    /// <summary>Rank of each A.</summary>
    public required int Rank { get; init; }

    /// <summary>s, the factor of the product.</summary>
    public required float Scale { get; init; }

    /// <summary>Whether every coupling here has equal blocks: then the sum of the A matrices is all that the products need.</summary>
    public required bool Collapsed { get; init; }

    /// <summary>(targets x M r, in)</summary>
    public required float* A { get; init; }

    /// <summary>(targets x M r, in): gradients are added to it; null where A is frozen.</summary>
    public required float* AGradient { get; init; }

    /// <summary>Rank of the initial product; 0 where nothing is subtracted.</summary>
    public int InitialRank { get; init; }

    /// <summary>(targets x rank, in) of the initial product; null where nothing is subtracted.</summary>
    public float* InitialA { get; init; }
}

/// <summary>The columns of an adapted target in the base's product at a site.</summary>
/// <param name="Column">The first of them.</param>
/// <param name="Width">How many.</param>
internal readonly record struct TargetColumns(int Column, int Width);
