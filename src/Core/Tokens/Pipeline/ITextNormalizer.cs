namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Rewrites text before it is cut into words.</summary>
internal interface ITextNormalizer
{
    string Apply(string text, TextPosition position);
}
