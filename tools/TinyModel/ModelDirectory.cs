using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>The model as a directory in HuggingFace's layout, weights in half precision.</summary>
internal static class ModelDirectory
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void Write(TinyLlama model, string directory)
    {
        Directory.CreateDirectory(directory);
        WriteWeights(model, Path.Combine(directory, "model.safetensors"));
        WriteJson(directory, "config.json", Config());
        WriteJson(directory, "generation_config.json", new JsonObject { ["eos_token_id"] = Shape.EndOfText, ["pad_token_id"] = Shape.EndOfText });
        WriteJson(directory, "tokenizer.json", Tokenizer());
        WriteJson(directory, "tokenizer_config.json", TokenizerConfig());
    }

    private static void WriteWeights(TinyLlama model, string file)
    {
        using var scope = NewDisposeScope();
        var tensors = model.named_parameters().ToDictionary(named => named.name, named => named.parameter.detach().to(ScalarType.Float16));
        using var stream = File.Create(file);
        SafetensorsWriter.Write(stream, tensors, new Dictionary<string, string> { ["format"] = "pt" });
    }

    private static void WriteJson(string directory, string name, JsonObject content) =>
        File.WriteAllText(Path.Combine(directory, name), content.ToJsonString(Readable) + "\n");

    private static JsonObject Config() => new()
    {
        ["architectures"] = new JsonArray("LlamaForCausalLM"),
        ["model_type"] = "llama",
        ["vocab_size"] = Shape.Vocabulary,
        ["hidden_size"] = Shape.Hidden,
        ["intermediate_size"] = Shape.Intermediate,
        ["num_hidden_layers"] = Shape.Layers,
        ["num_attention_heads"] = Shape.Heads,
        ["num_key_value_heads"] = Shape.Heads,
        ["head_dim"] = Shape.HeadDim,
        ["max_position_embeddings"] = Shape.Context,
        ["rms_norm_eps"] = Shape.RmsNormEpsilon,
        ["rope_theta"] = Shape.RopeTheta,
        ["rope_scaling"] = null,
        ["hidden_act"] = "silu",
        ["attention_bias"] = false,
        ["mlp_bias"] = false,
        ["tie_word_embeddings"] = true,
        ["bos_token_id"] = null,
        ["eos_token_id"] = Shape.EndOfText,
        ["pad_token_id"] = Shape.EndOfText,
        ["torch_dtype"] = "float16",
    };

    private static JsonObject Tokenizer() => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray(new JsonObject
        {
            ["id"] = Shape.EndOfText,
            ["content"] = Shape.EndOfTextText,
            ["single_word"] = false,
            ["lstrip"] = false,
            ["rstrip"] = false,
            ["normalized"] = false,
            ["special"] = true,
        }),
        ["normalizer"] = null,
        ["pre_tokenizer"] = ByteLevel(),
        ["post_processor"] = null,
        ["decoder"] = ByteLevel(),
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["vocab"] = new JsonObject(Enumerable.Range(0, Shape.Bytes).Select(value => KeyValuePair.Create(ByteCharacter(value), (JsonNode?)value))),
            ["merges"] = new JsonArray(),
        },
    };

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = true,
    };

    private static JsonObject TokenizerConfig() => new()
    {
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["bos_token"] = null,
        ["eos_token"] = Shape.EndOfTextText,
        ["pad_token"] = Shape.EndOfTextText,
        ["unk_token"] = null,
        ["add_bos_token"] = false,
        ["add_eos_token"] = false,
        ["clean_up_tokenization_spaces"] = false,
        ["model_max_length"] = Shape.Context,
    };

    /// <summary>
    /// How a byte-level vocabulary writes a byte: printable Latin-1 as itself, the others as U+0100, U+0101, ... in their order (GPT-2).
    /// </summary>
    private static string ByteCharacter(int value)
    {
        static bool Printable(int candidate) => candidate is (>= 0x21 and <= 0x7E) or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
        return new Rune(Printable(value) ? value : 0x100 + Enumerable.Range(0, value).Count(other => !Printable(other))).ToString();
    }
}
