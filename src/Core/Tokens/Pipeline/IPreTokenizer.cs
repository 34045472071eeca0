namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Splits text into words; merges never cross the boundary of a word.</summary>
internal interface IPreTokenizer
{
    /// <summary>Adds the words of <paramref name="text"/> to <paramref name="words"/>.</summary>
    void Split(string text, TextPosition position, List<string> words);
}
