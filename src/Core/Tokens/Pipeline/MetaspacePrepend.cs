namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Which pieces of a text get a visible space at their beginning.</summary>
internal enum MetaspacePrepend
{
    /// <summary>No piece.</summary>
    Never,

    /// <summary>Only a piece at the start of the text.</summary>
    First,

    /// <summary>Every piece, also after added tokens.</summary>
    Always,
}
