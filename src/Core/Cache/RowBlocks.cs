namespace CoLA.Core.Cache;

/// <summary>The key-value blocks that one row holds, in the order of its positions.</summary>
internal sealed class RowBlocks
{
    /// <summary>Block b holds positions b x 16 .. b x 16 + 15.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>The number of leading blocks that are full and in the prefix index.</summary>
    public int Indexed { get; set; }

    /// <summary>Serial of the last indexed block; 0 for none.</summary>
    public long Serial { get; set; }
}
