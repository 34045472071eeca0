namespace CoLA.Core.Kernels;

/// <summary>The folded adapter heads (B) of a task version at one target of one layer, as the kernels read them.</summary>
internal unsafe struct TaskHeads
{
    /// <summary>s U (rank, out), row-major; null where the target is not adapted.</summary>
    public float* Folded;
    public int Rank;
    public int Out;

    /// <summary>The first column of the site's projected input that the heads multiply.</summary>
    public int Column;

    /// <summary>-s B of the initial product, (rank, out); null where nothing is subtracted.</summary>
    public float* Subtracted;
    public int SubtractedRank;
    public int SubtractedColumn;

    /// <summary>(in, <see cref="RouterColumns"/>), row-major; null where the heads are not routed.</summary>
    public float* Router;

    /// <summary>Columns of the router; a multiple of 16.</summary>
    public int RouterColumns;

    /// <summary>The first column of the router's logits in the site's projected input.</summary>
    public int RouterColumn;

    /// <summary>N, the heads that the router weights; 0 without a router.</summary>
    public int Routed;

    /// <summary>The first column of z, which the router's weights multiply for each head.</summary>
    public int SharedColumn;
}
