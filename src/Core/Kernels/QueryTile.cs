namespace CoLA.Core.Kernels;

/// <summary>Some neighbouring tokens of one row, which attend to that row's keys and values.</summary>
internal unsafe struct QueryTile
{
    /// <summary>First token of the step.</summary>
    public int First;
    public int Count;

    /// <summary>Position of the first in its row.</summary>
    public int Position;

    /// <summary>The row's blocks.</summary>
    public int* Blocks;
}
