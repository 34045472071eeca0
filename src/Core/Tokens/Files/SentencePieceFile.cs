using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Pipeline;
using Microsoft.ML.Tokenizers;

namespace CoLA.Core.Tokens.Files;

/// <summary>Reads SentencePiece's tokenizer.model.</summary>
internal static class SentencePieceFile
{
    /// <summary>Reads a file and adds the tokens of the configuration files.</summary>
    /// <param name="path">The tokenizer.model.</param>
    /// <param name="furtherTokens">Tokens that other files of the directory add.</param>
    /// <exception cref="ModelFileRejection">The file is damaged, or needs a feature that is not supported.</exception>
    public static TokenizerParts Read(string path, IReadOnlyList<AddedToken> furtherTokens)
    {
        var tokenizer = Open(path);
        var vocabulary = new Dictionary<string, int>(tokenizer.Vocabulary, StringComparer.Ordinal);
        var pieces = vocabulary.Count;
        List<AddedToken> control = [];
        foreach (var (token, id) in ((string, int)[])
            [(tokenizer.BeginningOfSentenceToken, tokenizer.BeginningOfSentenceId),
            (tokenizer.EndOfSentenceToken, tokenizer.EndOfSentenceId),
            (tokenizer.UnknownToken, tokenizer.UnknownId)])
        {
            if (token is not null && id >= 0)
            {
                control.Add(new AddedToken(token, id, Special: true));
                vocabulary[token] = id;
            }
        }

        List<AddedToken> added = [.. furtherTokens.Where(token => token.Id >= pieces)];
        control.AddRange(furtherTokens.Where(token => token.Id < pieces && control.All(known => known.Id != token.Id)));
        added.ForEach(token => vocabulary[token.Content] = token.Id);
        var encoder = new SentencePieceEncoder(tokenizer);
        return new TokenizerParts
        {
            Encoder = encoder,
            Decoder = DecoderSpec.SentencePiece(encoder.DropsSpaces ? int.MaxValue : tokenizer.AddDummyPrefix ? 1 : 0),
            Vocabulary = vocabulary,
            AddedTokens = added,
            ControlTokens = [.. added, .. control],
            SpecialIds = added.Concat(control).Where(token => token.Special).Select(token => token.Id).ToHashSet(),
            Prefix = tokenizer.BeginningOfSentenceToken is not null ? [tokenizer.BeginningOfSentenceId] : [],
        };
    }

    private static SentencePieceTokenizer Open(string path)
    {
        var model = File.ReadAllBytes(path);
        try
        {
            using var stream = new MemoryStream(model);
            var tokenizer = SentencePieceTokenizer.Create(stream, addBeginningOfSentence: true, addEndOfSentence: false);
            if (tokenizer.TreatWhitespaceAsSuffix)
            {
                throw new ModelFileRejection(path, "treat_whitespace_as_suffix", "spaces before words", "spaces after words");
            }

            return SentencePieceNormalization.HasCharacterMap(model)
                ? throw new ModelFileRejection(path, "normalizer_spec.precompiled_charsmap", "no character map (identity normalization)", "one")
                : tokenizer;
        }
        catch (Exception exception) when (exception is not Rejection)
        {
            // The library throws different exceptions, depending on where a file is damaged.
            throw new ModelFileRejection(path, null, "a SentencePiece model", exception.Message);
        }
    }
}
