using CoLA.Core.Configuration;
using CoLA.Core.Rejections;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// The configuration of a model from GGUF metadata. Settings that the metadata does not have are read from the tensors: the
/// vocabulary size, biases, tied embeddings (no output.weight), and Llama 3's rotary scaling (rope_freqs.weight).
/// </summary>
internal static class GgufModelConfig
{
    /// <summary>The architecture name of Llama models and of Mistral models.</summary>
    public const string Llama = "llama";

    private const string Qwen2 = "qwen2";
    private const string Qwen3 = "qwen3";
    private const string ArchitectureKey = "general.architecture";
    private const string Embedding = "token_embd.weight";
    private const double DefaultTheta = 10_000;

    private static readonly Dictionary<string, ModelFamily> Families = new(StringComparer.Ordinal)
    {
        [Llama] = ModelFamily.Llama,
        [Qwen2] = ModelFamily.Qwen2,
        [Qwen3] = ModelFamily.Qwen3,
    };

    /// <summary>The architecture that the file names.</summary>
    /// <exception cref="ModelFileRejection">It is not supported.</exception>
    public static string ArchitectureOf(GgufFile file) =>
        file.Metadata.GetValueOrDefault(ArchitectureKey) is string architecture && Families.ContainsKey(architecture)
            ? architecture
            : throw new ModelFileRejection(
                file.Path, ArchitectureKey, string.Join(", ", Families.Keys), $"{file.Metadata.GetValueOrDefault(ArchitectureKey) ?? "nothing"}");

    /// <summary>Reads and checks the configuration.</summary>
    /// <exception cref="ModelFileRejection">A key is missing or wrong, or changes the computation and is not supported; it is named.</exception>
    public static ModelConfig Read(GgufFile file)
    {
        var architecture = ArchitectureOf(file);
        RefuseParts(file);
        var keys = new GgufModelKeys(file, architecture);
        var vocabulary = VocabularySize(file);
        var heads = keys.RequiredSize("attention.head_count");
        var headDim = ReadHeadDim(keys, heads);
        var theta = keys.Positive("rope.freq_base") ?? DefaultTheta;
        var config = new ModelConfig
        {
            Family = Families[architecture],
            VocabularySize = vocabulary,
            HiddenSize = keys.RequiredSize("embedding_length"),
            IntermediateSize = keys.RequiredSize("feed_forward_length"),
            Layers = keys.RequiredSize("block_count"),
            Heads = heads,
            KeyValueHeads = ReadKeyValueHeads(keys, heads),
            HeadDim = headDim,
            ContextLength = keys.RequiredSize("context_length"),
            RmsNormEpsilon = keys.RequiredPositive("attention.layer_norm_rms_epsilon"),
            TieEmbeddings = !file.Tensors.ContainsKey("output.weight"),
            RopeTheta = theta,
            RopeScaling = GgufRope.Read(file, keys, theta, headDim),
            QueryKeyValueBias = architecture == Qwen2 || file.Tensors.ContainsKey("blk.0.attn_q.bias"),
            OutputBias = file.Tensors.ContainsKey("blk.0.attn_output.bias"),
            FeedForwardBias = file.Tensors.ContainsKey("blk.0.ffn_gate.bias"),
            QueryKeyNorm = architecture == Qwen3,
            SlidingWindow = keys.Size("attention.sliding_window"),
            BosId = TokenIds(file, vocabulary, "bos") is [var bos] ? bos : null,
            EosIds = TokenIds(file, vocabulary, "eos", "eot"),
        };
        keys.RequireOnly("vocab_size", vocabulary);
        keys.RequireOnly("rope.dimension_count", headDim);
        keys.RequireOnly("attention.value_length", headDim);
        keys.RequireOnly("attention.causal", true);
        keys.Ignore("tensor_data_layout"); // It states the llama permutation, which follows from the architecture.
        keys.RefuseUnknownKeys();
        return config;
    }

    /// <summary>Checks that a config.json in the file's directory has the same family and attention heads as the metadata.</summary>
    /// <exception cref="ModelFileRejection">They differ; the key is named.</exception>
    public static void CheckAgreement(GgufFile file, ModelConfig config)
    {
        var architecture = ArchitectureOf(file);
        RefuseParts(file);
        var keys = new GgufModelKeys(file, architecture);
        var family = config.Family == ModelFamily.Mistral ? ModelFamily.Llama : config.Family;
        if (Families[architecture] != family)
        {
            throw new ModelFileRejection(file.Path, ArchitectureKey, $"{family}, as config.json says".ToLowerInvariant(), architecture);
        }

        keys.RequireOnly("attention.head_count", config.Heads);
        keys.RequireOnly("attention.head_count_kv", config.KeyValueHeads);
        GgufRope.CheckFactors(file, config);
    }

    private static void RefuseParts(GgufFile file)
    {
        foreach (var (key, only) in new (string, object)[] { ("general.type", "model"), ("split.count", 1) })
        {
            if (file.Metadata.TryGetValue(key, out var value) && !value.Equals(only) && GgufModelKeys.Number(value) is not (0 or 1))
            {
                throw new ModelFileRejection(file.Path, key, $"{only}: a whole model in one file", $"{value}");
            }
        }
    }

    private static int VocabularySize(GgufFile file) =>
        file.Tensors.GetValueOrDefault(Embedding)?.Shape is [> 0 and <= 1 << 30 and var words, _]
            ? (int)words
            : throw new ModelFileRejection(file.Path, Embedding, "a tensor of shape [vocabulary, hidden]", "none");

    private static int ReadHeadDim(GgufModelKeys keys, int heads)
    {
        var hidden = keys.RequiredSize("embedding_length");
        if (keys.Size("attention.key_length") is not { } dim)
        {
            dim = hidden % heads == 0
                ? hidden / heads
                : throw keys.Refusal("embedding_length", $"a multiple of attention.head_count, {heads}", hidden);
        }

        return dim % 2 == 0 ? dim : throw keys.Refusal("attention.key_length", "an even number (the rotary embedding rotates pairs of features)", dim);
    }

    private static int ReadKeyValueHeads(GgufModelKeys keys, int heads)
    {
        var count = keys.Size("attention.head_count_kv") ?? heads;
        return heads % count == 0
            ? count
            : throw keys.Refusal("attention.head_count_kv", $"a divisor of attention.head_count, {heads}", count);
    }

    /// <summary>Token ids of the metadata. An id outside the vocabulary, such as -1, means that there is no such token.</summary>
    private static List<int> TokenIds(GgufFile file, int vocabulary, params string[] names) =>
    [
        .. names
            .Select(name => file.Metadata.GetValueOrDefault($"tokenizer.ggml.{name}_token_id"))
            .Select(value => value is null ? null : GgufModelKeys.Number(value))
            .Where(id => id >= 0 && id < vocabulary)
            .Select(id => (int)id!.Value)
            .Distinct(),
    ];
}
