using Microsoft.ML.Tokenizers;

namespace CoLA.Core.Tokens.Pipeline;

/// <summary>Byte-level byte-pair encoding by Microsoft.ML.Tokenizers.</summary>
internal sealed class LibraryBytePairModel(IReadOnlyDictionary<string, int> vocabulary, IEnumerable<string> merges) : IWordModel
{
    private readonly BpeTokenizer _tokenizer = BpeTokenizer.Create(
        new BpeOptions(vocabulary) { Merges = merges, ByteLevel = true });

    public void Encode(string word, List<int> ids) =>
        ids.AddRange(_tokenizer.EncodeToIds(word, considerPreTokenization: false, considerNormalization: false));
}
