namespace CoLA.Core.Kernels;

/// <summary>Some neighbouring tokens of a step under one adapter, or under none: what one chunk works on.</summary>
internal struct TokenTile
{
    /// <summary>Tokens of a tile at most.</summary>
    public const int MaximumTokens = 16;

    public int First;
    public int Count;

    /// <summary>Index of their <see cref="AdapterRun"/>; -1 for the bare base.</summary>
    public int Run;
}
