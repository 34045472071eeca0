namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Prepends a fixed text (SentencePiece's visible space) to every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : ITextNormalizer
{
    public string Apply(string text, TextPosition position) =>
        text.Length == 0 || position == TextPosition.Continuing ? text : prefix + text;
}
