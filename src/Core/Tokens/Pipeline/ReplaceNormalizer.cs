namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Replaces each occurrence of a literal text.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : ITextNormalizer
{
    public string Apply(string text, TextPosition position) => text.Replace(pattern, content, StringComparison.Ordinal);
}
