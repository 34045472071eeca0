namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Turns a stretch of text between added tokens into ids. Safe to call from many threads.</summary>
internal interface ISegmentEncoder
{
    void Encode(string text, TextPosition position, List<int> ids);
}
