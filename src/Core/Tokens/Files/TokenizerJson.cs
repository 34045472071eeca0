using System.Text.Json;
using CoLA.Core.Tokens.Pipeline;

namespace CoLA.Core.Tokens.Files;

/// <summary>
/// Reads HuggingFace's tokenizer.json: byte-pair vocabularies with the normalizers, pre-tokenizers, post-processors and decoders
/// that causal language models use. An unsupported feature that would change token ids is refused by name.
/// </summary>
internal static class TokenizerJson
{
    /// <summary>Reads a file and adds the tokens of tokenizer_config.json that it lacks.</summary>
    /// <exception cref="Rejections.ModelFileRejection">The file is malformed, or needs a feature that is not supported.</exception>
    public static TokenizerParts Read(ModelJson file, IReadOnlyList<AddedToken> furtherTokens)
    {
        var model = file.Required(file.Root, "tokenizer", "model", JsonValueKind.Object);
        var type = ModelJson.Member(model, "type")?.GetString() ?? "BPE";
        if (type != "BPE")
        {
            throw file.Refuse("model.type", "BPE", type);
        }

        RefuseUnsupported(file, model);
        var vocabulary = Vocabulary(file, model);
        var words = vocabulary;
        var added = AddedTokens(file);
        added.AddRange(furtherTokens.Where(further => added.All(token => token.Id != further.Id && token.Content != further.Content)));
        if (added.Any(token => vocabulary.GetValueOrDefault(token.Content, -1) != token.Id))
        {
            vocabulary = new Dictionary<string, int>(vocabulary);
            added.ForEach(token => vocabulary[token.Content] = token.Id);
        }

        var normalizers = PipelineJson.Normalizers(file);
        var preTokenizers = PipelineJson.PreTokenizers(file, out var byteLevel);
        var normalized = added.Where(token => token.Normalized).ToList();
        var (prefix, suffix) = PostProcessorJson.Read(file);
        return new TokenizerParts
        {
            Encoder = new SegmentPipeline(
                normalizers,
                normalized.Count == 0 ? null : new AddedTokenSplitter(normalized.Select(token => (Normalize(normalizers, token.Content), token))),
                preTokenizers,
                WordModel(file, model, words, byteLevel)),
            Decoder = DecoderJson.Read(file),
            Vocabulary = vocabulary,
            AddedTokens = [.. added.Where(token => !token.Normalized)],
            SpecialIds = added.Where(token => token.Special).Select(token => token.Id).ToHashSet(),
            Prefix = prefix,
            Suffix = suffix,
        };
    }

    /// <summary>Reads an added token of a tokenizer.json or a tokenizer_config.json.</summary>
    public static AddedToken AddedToken(ModelJson file, JsonElement token, string key, int id) => new(
        file.Text(token, key, "content"),
        id,
        file.Flag(token, key, "special", absent: false),
        file.Flag(token, key, "single_word", absent: false),
        file.Flag(token, key, "lstrip", absent: false),
        file.Flag(token, key, "rstrip", absent: false),
        file.Flag(token, key, "normalized", absent: true));

    private static string Normalize(IReadOnlyList<ITextNormalizer> normalizers, string text) =>
        normalizers.Aggregate(text, (current, normalizer) => normalizer.Apply(current, TextPosition.Start));

    private static void RefuseUnsupported(ModelJson file, JsonElement model)
    {
        if (ModelJson.Member(model, "dropout") is { } dropout && dropout.ToString() is not ("0" or "0.0"))
        {
            throw file.Refuse("model.dropout", "none", dropout.ToString());
        }

        foreach (var affix in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
        {
            if (ModelJson.Member(model, affix) is { } text && text.GetString() is { Length: > 0 } found)
            {
                throw file.Refuse($"model.{affix}", "none", found);
            }
        }
    }

    private static Dictionary<string, int> Vocabulary(ModelJson file, JsonElement model)
    {
        var members = file.Required(model, "model", "vocab", JsonValueKind.Object);
        var vocabulary = new Dictionary<string, int>(members.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var member in members.EnumerateObject())
        {
            vocabulary[member.Name] = member.Value.TryGetInt32(out var id) && id >= 0
                ? id
                : throw file.Refuse($"model.vocab.{member.Name}", "an integer of at least 0", member.Value.ToString());
        }

        return vocabulary;
    }

    private static List<AddedToken> AddedTokens(ModelJson file) =>
        ModelJson.Member(file.Root, "added_tokens") is { ValueKind: JsonValueKind.Array } tokens
            ? [.. tokens.EnumerateArray().Select(token => AddedToken(file, token, "added_tokens", file.Integer(token, "added_tokens", "id")))]
            : [];

    private static IWordModel WordModel(ModelJson file, JsonElement model, Dictionary<string, int> vocabulary, bool byteLevel)
    {
        var options = new BytePairOptions(
            byteLevel,
            file.Flag(model, "model", "ignore_merges", absent: false),
            file.Flag(model, "model", "byte_fallback", absent: false),
            ModelJson.Member(model, "unk_token")?.GetString(),
            file.Flag(model, "model", "fuse_unk", absent: false));
        if (options.UnknownToken is { } unknown && !vocabulary.ContainsKey(unknown))
        {
            throw file.Refuse("model.unk_token", "a token of the vocabulary", unknown);
        }

        var merges = Merges(file, file.Required(model, "model", "merges", JsonValueKind.Array));
        foreach (var (first, second) in merges)
        {
            if ((!vocabulary.ContainsKey(first) ? first : !vocabulary.ContainsKey(second) ? second
                : !vocabulary.ContainsKey(first + second) ? first + second : null) is { } absent)
            {
                throw file.Refuse("model.merges", "tokens of the vocabulary", $"'{absent}' in '{first} {second}'");
            }
        }

        return BytePairModels.Create(vocabulary, merges, options);
    }

    /// <summary>Reads merges, which are "a b" or, in newer files, ["a", "b"].</summary>
    private static List<(string First, string Second)> Merges(ModelJson file, JsonElement merges)
    {
        var pairs = new List<(string, string)>(merges.GetArrayLength());
        foreach (var merge in merges.EnumerateArray())
        {
            string[] parts = merge.ValueKind switch
            {
                JsonValueKind.String => merge.GetString()!.Split(' '),
                JsonValueKind.Array => [.. merge.EnumerateArray().Select(part => part.ToString())],
                _ => [],
            };
            pairs.Add(parts.Length == 2
                ? (parts[0], parts[1])
                : throw file.Refuse("model.merges", "pairs of tokens", merge.ToString()));
        }

        return pairs;
    }
}
