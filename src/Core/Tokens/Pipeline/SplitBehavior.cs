namespace CoLA.Core.Tokens.Pipeline;

/// <summary>How a split treats the text that its pattern matches.</summary>
internal enum SplitBehavior
{
    /// <summary>The match is removed.</summary>
    Removed,

    /// <summary>The match is a word of its own.</summary>
    Isolated,

    /// <summary>The match is the end of the word before it.</summary>
    MergedWithPrevious,

    /// <summary>The match is the beginning of the word after it.</summary>
    MergedWithNext,

    /// <summary>Neighbouring matches are one word.</summary>
    Contiguous,
}
