namespace CoLA.Core.Tokens.Pipeline;

/// <summary>
/// Splits text into GPT-2's words. A space belongs to the word after it; contractions, letters, numbers and other characters are
/// separate words.
/// </summary>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool useRegex) : IPreTokenizer
{
    /// <summary>GPT-2's regular expression for words.</summary>
    public const string Gpt2Pattern =
        @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    private static readonly SplitPreTokenizer Words = new(new RuneRegex(Gpt2Pattern), SplitBehavior.Isolated, invert: false);

    public void Split(string text, TextPosition position, List<string> words)
    {
        if (addPrefixSpace && position != TextPosition.Continuing && !text.StartsWith(' '))
        {
            text = " " + text;
        }

        if (useRegex)
        {
            Words.Split(text, position, words);
        }
        else
        {
            words.Add(text);
        }
    }
}
