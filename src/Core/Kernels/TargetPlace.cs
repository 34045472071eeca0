namespace CoLA.Core.Kernels;

/// <summary>What a task version adds to one target of one layer.</summary>
internal unsafe struct TargetPlace
{
    /// <summary>s U (rank, out), row-major; null where the target is not adapted.</summary>
    public float* Heads;
    public int Rank;
    public int Out;

    /// <summary>First column of the site's projected input that it multiplies.</summary>
    public int Column;

    /// <summary>-s B of the product at initialisation (rank, out); null where nothing is subtracted.</summary>
    public float* Subtracted;
    public int SubtractedRank;
    public int SubtractedColumn;
}
