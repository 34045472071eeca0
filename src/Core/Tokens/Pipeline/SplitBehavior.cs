namespace CoLA.Core.Tokens.Pipeline;

/// <summary>What becomes of the text that a split's pattern matches.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,

    /// <summary>Neighbouring matches stay together.</summary>
    Contiguous,
}
