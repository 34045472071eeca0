namespace CoLA.Core.Cache;

/// <summary>The blocks of keys and values that one row holds, in the order of its positions.</summary>
internal sealed class RowBlocks
{
    /// <summary>Block b holds positions b x 16 .. b x 16 + 15.</summary>
    public List<int> Ids { get; } = [];

    /// <summary>How many of the first blocks are full and known to the prefix index.</summary>
    public int Indexed { get; set; }

    /// <summary>Serial of the last of those; 0 for none.</summary>
    public long Serial { get; set; }
}
