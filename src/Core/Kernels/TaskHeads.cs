namespace CoLA.Core.Kernels;

/// <summary>What a task version adds to one target of one layer.</summary>
internal unsafe struct TaskHeads
{
    /// <summary>s U (rank, out), row-major; null where the target is not adapted.</summary>
    public float* Folded;
    public int Rank;
    public int Out;

    /// <summary>First column of the site's projected input that it multiplies.</summary>
    public int Column;

    /// <summary>-s B of the product at initialisation (rank, out); null where nothing is subtracted.</summary>
    public float* Subtracted;
    public int SubtractedRank;
    public int SubtractedColumn;

    /// <summary>(in, <see cref="RouterColumns"/>), row-major; null where the heads are not routed.</summary>
    public float* Router;

    /// <summary>A multiple of 16.</summary>
    public int RouterColumns;

    /// <summary>First column of the router's logits.</summary>
    public int RouterColumn;

    /// <summary>Heads that the router weighs.</summary>
    public int Routed;

    /// <summary>First column of what is weighed for each head.</summary>
    public int SharedColumn;
}
