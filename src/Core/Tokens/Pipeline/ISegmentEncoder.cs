namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Encodes the text between added tokens. Thread-safe.</summary>
internal interface ISegmentEncoder
{
    /// <summary>Adds the ids of <paramref name="text"/> to <paramref name="ids"/>.</summary>
    void Encode(string text, TextPosition position, List<int> ids);
}
