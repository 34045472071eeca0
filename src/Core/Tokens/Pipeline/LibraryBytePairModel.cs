using Microsoft.ML.Tokenizers;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>
/// Byte-level byte-pair encoding by Microsoft.ML.Tokenizers. Its time is quadratic in the length of a word (10 seconds for
/// 200,000 letters without a space), so words of more than 1,000 characters, which no language has, are encoded by our own model.
/// </summary>
internal sealed class LibraryBytePairModel(
    IReadOnlyDictionary<string, int> vocabulary, IEnumerable<(string First, string Second)> merges, IWordModel longWords) : IWordModel
{
    private const int LongestWord = 1000;

    private readonly BpeTokenizer _tokenizer = BpeTokenizer.Create(
        new BpeOptions(vocabulary) { Merges = merges.Select(merge => $"{merge.First} {merge.Second}"), ByteLevel = true });

    public void Encode(string word, List<int> ids)
    {
        if (word.Length > LongestWord)
        {
            longWords.Encode(word, ids);
            return;
        }

        ids.AddRange(_tokenizer.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false));
    }
}
