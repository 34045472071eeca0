using System.Globalization;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>Builds a tokenizer from the metadata of a GGUF file. It gives the same ids as the model's tokenizer.json.</summary>
internal static class GgufTokenizer
{
    private const string ModelKey = "tokenizer.ggml.model";
    private const string PreKey = "tokenizer.ggml.pre";

    /// <summary>ggml's token types.</summary>
    private enum TokenType
    {
        Normal = 1,
        Unknown = 2,
        Control = 3,
        UserDefined = 4,
    }

    /// <summary>Reads the tokenizer and its settings; null where the file has no tokenizer.</summary>
    /// <exception cref="ModelFileRejection">The metadata is malformed, or needs a feature that is not supported.</exception>
    public static (TokenizerParts Parts, TokenizerSettings Settings)? Read(string file, IReadOnlyDictionary<string, object> metadata)
    {
        var source = new Source(file, metadata);
        switch (source.Find<string>(ModelKey))
        {
            case null or "none" or "no_vocab":
                return null;
            case "gpt2":
                return (ByteLevel(source, out var addsBos), Settings(source, addsBos));
            case "llama":
                return (SentencePiece(source), Settings(source, addsBos: true));
            case var other:
                throw new ModelFileRejection(file, ModelKey, "gpt2, llama or none", other);
        }
    }

    private static TokenizerSettings Settings(Source source, bool addsBos)
    {
        var tokens = source.Require<string[]>("tokenizer.ggml.tokens");
        var bos = source.TokenId("tokenizer.ggml.bos_token_id", tokens.Length);
        var eos = source.TokenId("tokenizer.ggml.eos_token_id", tokens.Length);
        var endOfTurn = source.TokenId("tokenizer.ggml.eot_token_id", tokens.Length);
        return new TokenizerSettings
        {
            BosToken = bos is { } bosId ? tokens[bosId] : null,
            EosToken = eos is { } eosId ? tokens[eosId] : null,
            EosIds = [.. new[] { eos, endOfTurn }.OfType<int>()],
            AddBos = bos is not null && (source.Flag("tokenizer.ggml.add_bos_token") ?? addsBos),
            AddEos = source.Flag("tokenizer.ggml.add_eos_token"),
            ChatTemplate = source.Find<string>("tokenizer.chat_template"),
        };
    }

    private static TokenizerParts ByteLevel(Source source, out bool addsBos)
    {
        var pre = source.Find<string>(PreKey);
        var scheme = pre is not null && GgufPreTokenizer.Known.TryGetValue(pre, out var known)
            ? known
            : throw new ModelFileRejection(source.File, PreKey, string.Join(", ", GgufPreTokenizer.Known.Keys.Order(StringComparer.Ordinal)), pre ?? "nothing");
        addsBos = scheme.AddsBos;
        var vocabulary = Vocabulary(source, out var added);
        var merges = source.Require<string[]>("tokenizer.ggml.merges").Select(merge => Pair(source, merge)).ToList();
        try
        {
            var model = BytePairModels.Create(vocabulary, merges, new BytePairOptions(ByteLevel: true, IgnoreMerges: scheme.IgnoresMerges));
            return Parts(vocabulary, added, new SegmentPipeline(scheme.Normalizers, null, scheme.PreTokenizers, model), new DecoderSpec { ByteLevel = true });
        }
        catch (KeyNotFoundException exception)
        {
            throw new ModelFileRejection(source.File, "tokenizer.ggml.merges", "tokens of the vocabulary", exception.Message);
        }
    }

    private static TokenizerParts SentencePiece(Source source)
    {
        var vocabulary = Vocabulary(source, out var added);
        var scores = source.Require<float[]>("tokenizer.ggml.scores");
        var types = source.Require<int[]>("tokenizer.ggml.token_type");
        var mergeable = vocabulary
            .Where(token => token.Value < scores.Length && types[token.Value] is (int)TokenType.Normal or (int)TokenType.UserDefined)
            .ToDictionary(token => token.Key, token => scores[token.Value]);
        var unknown = Array.IndexOf(types, (int)TokenType.Unknown);
        var addsSpace = source.Flag("tokenizer.ggml.add_space_prefix") ?? true;
        var space = SentencePieceEncoder.Space.ToString();
        ITextNormalizer[] normalizers = addsSpace
            ? [new PrependNormalizer(space), new ReplaceNormalizer(" ", space)]
            : [new ReplaceNormalizer(" ", space)];
        var model = new BytePairModel(vocabulary, MergeTable.FromScores(vocabulary, mergeable), new BytePairOptions(
            ByteFallback: true,
            UnknownToken: unknown < 0 ? null : source.Require<string[]>("tokenizer.ggml.tokens")[unknown],
            FuseUnknown: true));
        return Parts(vocabulary, added, new SegmentPipeline(normalizers, null, [], model), DecoderSpec.SentencePiece(addsSpace ? 1 : 0));
    }

    private static TokenizerParts Parts(
        Dictionary<string, int> vocabulary, List<AddedToken> added, ISegmentEncoder encoder, DecoderSpec decoder) => new()
        {
            Encoder = encoder,
            Decoder = decoder,
            Vocabulary = vocabulary,
            AddedTokens = added,
            SpecialIds = added.Where(token => token.Special).Select(token => token.Id).ToHashSet(),
        };

    private static Dictionary<string, int> Vocabulary(Source source, out List<AddedToken> added)
    {
        var tokens = source.Require<string[]>("tokenizer.ggml.tokens");
        var types = source.Find<int[]>("tokenizer.ggml.token_type") ?? [];
        if (types.Length > 0 && types.Length != tokens.Length)
        {
            throw new ModelFileRejection(
                source.File, "tokenizer.ggml.token_type", $"{tokens.Length} entries", types.Length.ToString(CultureInfo.InvariantCulture));
        }

        var vocabulary = new Dictionary<string, int>(tokens.Length, StringComparer.Ordinal);
        added = [];
        for (var id = 0; id < tokens.Length; id++)
        {
            vocabulary.TryAdd(tokens[id], id);
            var type = id < types.Length ? (TokenType)types[id] : TokenType.Normal;
            if (type is TokenType.Control or TokenType.Unknown or TokenType.UserDefined)
            {
                added.Add(new AddedToken(tokens[id], id, Special: type != TokenType.UserDefined));
            }
        }

        return vocabulary;
    }

    private static (string First, string Second) Pair(Source source, string merge)
    {
        // In the byte alphabet no token contains a space, so a merge has exactly one separator.
        var parts = merge.Split(' ');
        return parts.Length == 2 ? (parts[0], parts[1]) : throw new ModelFileRejection(source.File, "tokenizer.ggml.merges", "pairs of tokens", merge);
    }

    private sealed record Source(string File, IReadOnlyDictionary<string, object> Metadata)
    {
        public T? Find<T>(string key)
            where T : class =>
            !Metadata.TryGetValue(key, out var value) ? null
            : value as T ?? throw new ModelFileRejection(File, key, typeof(T).Name, value.GetType().Name);

        public T Require<T>(string key)
            where T : class =>
            Find<T>(key) ?? throw new ModelFileRejection(File, key, typeof(T).Name, "nothing");

        public bool? Flag(string key) =>
            !Metadata.TryGetValue(key, out var value) ? null
            : value as bool? ?? throw new ModelFileRejection(File, key, "a boolean", value.GetType().Name);

        public int? TokenId(string key, int count)
        {
            if (!Metadata.TryGetValue(key, out var value))
            {
                return null;
            }

            var id = Convert.ToInt64(value, CultureInfo.InvariantCulture);
            return id >= 0 && id < count ? (int)id : throw new ModelFileRejection(File, key, $"an id below {count}", id.ToString(CultureInfo.InvariantCulture));
        }
    }
}
