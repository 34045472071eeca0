using System.Text.Json;
using CoLA.Core.Rejections;

namespace CoLA.Core.Configuration;

/// <summary>
/// Reads HuggingFace's config.json. Sizes must be present; any other absent key has the default of the family's configuration
/// class in HuggingFace transformers. A key that this reader does not know is refused by name, unless it is on the list of
/// harmless keys or its value is null, false or empty.
/// </summary>
public static class ModelConfigReader
{
    private const double DefaultEpsilon = 1e-6;
    private const int Qwen3HeadDim = 128;

    /// <summary>Reads and checks a config.json.</summary>
    /// <exception cref="ModelFileRejection">The file is missing or malformed, or a key has a wrong or unsupported value; the key is named.</exception>
    public static ModelConfig Read(string path) => Read(path, Read);

    /// <summary>
    /// The end-of-text ids of a generation_config.json, which take precedence over those of config.json; null where it has none.
    /// Its other keys are settings of generation and are not read.
    /// </summary>
    /// <exception cref="ModelFileRejection">The file is malformed, or an id is outside the vocabulary.</exception>
    public static IReadOnlyList<int>? ReadGenerationEosIds(string path, int vocabularySize) =>
        Read(path, keys => keys.Has("eos_token_id") ? keys.TokenIds("eos_token_id", vocabularySize) : null);

    private static T Read<T>(string path, Func<ModelConfigKeys, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(
                File.ReadAllBytes(path),
                new JsonDocumentOptions { AllowDuplicateProperties = false });
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? read(new ModelConfigKeys(path, json.RootElement))
                : throw new ModelFileRejection(path, null, "a JSON object", $"{json.RootElement.ValueKind}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileRejection(path, null, "a readable file", exception.Message);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not UTF-8 or holds half a surrogate pair.
            throw new ModelFileRejection(path, null, "well-formed JSON", exception.Message);
        }
    }

    private static ModelConfig Read(ModelConfigKeys keys)
    {
        var family = ReadFamily(keys);
        var layers = keys.RequiredSize("num_hidden_layers");
        var heads = keys.RequiredSize("num_attention_heads");
        var hidden = keys.RequiredSize("hidden_size");
        var vocabulary = keys.RequiredSize("vocab_size");
        var (theta, scaling) = ModelConfigRope.Read(keys);
        var attentionBias = family is ModelFamily.Llama or ModelFamily.Qwen3 && (keys.Flag("attention_bias") ?? false);
        var config = new ModelConfig
        {
            Family = family,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = keys.RequiredSize("intermediate_size"),
            Layers = layers,
            Heads = heads,
            KeyValueHeads = ReadKeyValueHeads(keys, family, heads),
            HeadDim = ReadHeadDim(keys, family, hidden, heads),
            ContextLength = keys.Size("max_position_embeddings") ?? DefaultContextLength(family),
            RmsNormEpsilon = keys.Positive("rms_norm_eps") ?? DefaultEpsilon,
            TieEmbeddings = keys.Flag("tie_word_embeddings") ?? false,
            RopeTheta = theta,
            RopeScaling = scaling,
            QueryKeyValueBias = attentionBias || family == ModelFamily.Qwen2,
            OutputBias = attentionBias,
            FeedForwardBias = family == ModelFamily.Llama && (keys.Flag("mlp_bias") ?? false),
            QueryKeyNorm = family == ModelFamily.Qwen3,
            SlidingWindow = ModelConfigWindow.Read(keys, family, layers),
            BosId = keys.TokenIds("bos_token_id", vocabulary) is [var bos, ..] ? bos : null,
            EosIds = keys.TokenIds("eos_token_id", vocabulary),
        };
        RequireOnly(keys, "hidden_act", "silu");
        if (keys.Size("pretraining_tp") is { } slices and not 1)
        {
            throw keys.Refusal("pretraining_tp", "1 (layers computed whole)", $"{slices}");
        }

        keys.RefuseUnknownKeys(ModelConfigHarmlessKeys.All);
        return config;
    }

    private static ModelFamily ReadFamily(ModelConfigKeys keys)
    {
        var architecture = keys.Texts("architectures") is [var first, ..] ? first : null;
        var type = keys.Text("model_type");
        var family = (type ?? architecture) switch
        {
            "llama" or "LlamaForCausalLM" => ModelFamily.Llama,
            "mistral" or "MistralForCausalLM" => ModelFamily.Mistral,
            "qwen2" or "Qwen2ForCausalLM" => ModelFamily.Qwen2,
            "qwen3" or "Qwen3ForCausalLM" => ModelFamily.Qwen3,
            var other => throw keys.Refusal("model_type", "llama, mistral, qwen2 or qwen3", other ?? "nothing"),
        };
        return architecture is null || architecture == $"{family}ForCausalLM"
            ? family
            : throw keys.Refusal("architectures", $"{family}ForCausalLM", architecture);
    }

    private static int ReadKeyValueHeads(ModelConfigKeys keys, ModelFamily family, int heads)
    {
        const string Key = "num_key_value_heads";
        var classDefault = family switch
        {
            ModelFamily.Llama => heads,
            ModelFamily.Mistral => 8,
            _ => 32,
        };
        var count = keys.Size(Key) ?? (keys.Contains(Key) ? heads : classDefault);
        return heads % count == 0
            ? count
            : throw keys.Refusal(Key, $"a divisor of num_attention_heads, {heads}", $"{count}");
    }

    private static int ReadHeadDim(ModelConfigKeys keys, ModelFamily family, int hidden, int heads)
    {
        var stated = keys.Size("head_dim") ?? (family == ModelFamily.Qwen3 && !keys.Contains("head_dim") ? Qwen3HeadDim : null);
        if (stated is null && hidden % heads != 0)
        {
            throw keys.Refusal("hidden_size", $"a multiple of num_attention_heads, {heads}", $"{hidden}");
        }

        var dim = stated ?? hidden / heads;
        return dim % 2 == 0
            ? dim
            : throw keys.Refusal("head_dim", "an even number (the rotary embedding rotates pairs of features)", $"{dim}");
    }

    private static int DefaultContextLength(ModelFamily family) => family switch
    {
        ModelFamily.Llama => 2048,
        ModelFamily.Mistral => 131_072,
        _ => 32_768,
    };

    private static void RequireOnly(ModelConfigKeys keys, string key, string value)
    {
        if (keys.Text(key) is { } found && found != value)
        {
            throw keys.Refusal(key, value, found);
        }
    }
}
