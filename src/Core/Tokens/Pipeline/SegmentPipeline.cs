namespace CoLA.Core.Tokens.Pipeline;

/// <summary>The stages of a tokenizer.json between its added tokens and its post-processor: normalize, split into words, encode each word.</summary>
/// <param name="normalizers">The normalizers, applied in order.</param>
/// <param name="normalizedTokens">Added tokens that are searched in the normalized text; null where there are none.</param>
/// <param name="preTokenizers">The pre-tokenizers, applied in order, each to the words of the one before it.</param>
/// <param name="model">Encodes words.</param>
internal sealed class SegmentPipeline(
    IReadOnlyList<ITextNormalizer> normalizers,
    AddedTokenSplitter? normalizedTokens,
    IReadOnlyList<IPreTokenizer> preTokenizers,
    IWordModel model) : ISegmentEncoder
{
    public void Encode(string text, TextPosition position, List<int> ids)
    {
        foreach (var normalizer in normalizers)
        {
            text = normalizer.Apply(text, position);
        }

        if (normalizedTokens is null)
        {
            EncodeNormalized(text, position, ids);
            return;
        }

        foreach (var piece in normalizedTokens.Split(text))
        {
            if (piece.Id is { } id)
            {
                ids.Add(id);
            }
            else
            {
                EncodeNormalized(piece.Text, piece.Offset == 0 ? position : TextPosition.Inside, ids);
            }
        }
    }

    private void EncodeNormalized(string text, TextPosition position, List<int> ids)
    {
        List<string> words = [text];
        foreach (var preTokenizer in preTokenizers)
        {
            var pieces = new List<string>();
            for (var i = 0; i < words.Count; i++)
            {
                preTokenizer.Split(words[i], i == 0 ? position : TextPosition.Inside, pieces);
            }

            words = pieces;
        }

        foreach (var word in words)
        {
            if (word.Length > 0)
            {
                model.Encode(word, ids);
            }
        }
    }
}
