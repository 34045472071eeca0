namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Where a piece of text stands, which decides whether a space is put before it.</summary>
internal enum TextPosition
{
    /// <summary>At the start of what is encoded.</summary>
    Start,

    /// <summary>After an added token.</summary>
    Inside,

    /// <summary>It goes on from a text that was encoded apart: no space is put before it.</summary>
    Continuing,
}
