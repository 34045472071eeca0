namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Rewrites text before it is split into words.</summary>
internal interface ITextNormalizer
{
    /// <summary>The rewritten text.</summary>
    string Apply(string text, TextPosition position);
}
