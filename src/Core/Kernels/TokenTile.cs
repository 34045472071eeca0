namespace CoLA.Core.Kernels;

/// <summary>Neighbouring tokens of a step that use the same adapter, or none; the tokens of one chunk.</summary>
internal struct TokenTile
{
    /// <summary>The maximum number of tokens in a tile.</summary>
    public const int MaximumTokens = 16;

    /// <summary>The tile's first token in the step.</summary>
    public int First;
    public int Count;

    /// <summary>Index of the <see cref="AdapterRun"/> of the tokens; -1 for the base model without an adapter.</summary>
    public int Run;
}
