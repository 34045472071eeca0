namespace CoLA.Core.Kernels;

/// <summary>Neighbouring tokens of one row that are computed together; they attend to the keys and values of that row.</summary>
internal unsafe struct QueryTile
{
    /// <summary>The tile's first token in the step.</summary>
    public int First;
    public int Count;

    /// <summary>The position of the first token in its row.</summary>
    public int Position;

    /// <summary>The blocks of the row, in the order of its positions.</summary>
    public int* Blocks;
}
