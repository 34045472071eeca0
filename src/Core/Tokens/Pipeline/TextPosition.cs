namespace CoLA.Core.Tokens.Pipeline;

/// <summary>The position of a piece of text, which decides whether a space is prepended to it.</summary>
internal enum TextPosition
{
    /// <summary>At the start of the text.</summary>
    Start,

    /// <summary>After an added token or another piece of the text.</summary>
    Inside,

    /// <summary>It continues a text that was encoded separately, so no space is prepended.</summary>
    Continuing,
}
