namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Cuts text into the words that merges do not cross.</summary>
internal interface IPreTokenizer
{
    void Split(string text, TextPosition position, List<string> words);
}
