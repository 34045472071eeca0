namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Which pieces of a text get a visible space in front.</summary>
internal enum MetaspacePrepend
{
    Never,
    First,
    Always,
}
