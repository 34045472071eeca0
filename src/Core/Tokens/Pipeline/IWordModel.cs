namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Encodes a single word. Thread-safe.</summary>
internal interface IWordModel
{
    /// <summary>Adds the ids of <paramref name="word"/> to <paramref name="ids"/>.</summary>
    void Encode(string word, List<int> ids);
}
