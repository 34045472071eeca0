namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Turns one word into token ids. Safe to call from many threads.</summary>
internal interface IWordModel
{
    void Encode(string word, List<int> ids);
}
