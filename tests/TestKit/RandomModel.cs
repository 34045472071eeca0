using System.Text;
using System.Text.Json;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.TestKit;

/// <summary>
/// A small Llama with random weights from a seed, in HuggingFace layout, that reads bytes: every byte is a token, and it
/// knows ChatML. What it says means nothing, but it says it deterministically.
/// </summary>
public static class RandomModel
{
    public const int ContextLength = 128;
    public const int VocabularySize = 260;
    public const int EndOfText = 256;
    private const int Hidden = 32;
    private const int Intermediate = 48;
    private const int Layers = 2;
    private const int Heads = 4;
    private const int KeyValueHeads = 2;
    private const double Spread = 0.15;

    private const string ChatMl =
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}";

    private static readonly string[] SpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];

    /// <summary>Writes the model and returns its directory.</summary>
    public static string Write(TemporaryDirectory directory, long seed = 1)
    {
        WriteJson(directory, "config.json", new
        {
            model_type = "llama",
            vocab_size = VocabularySize,
            hidden_size = Hidden,
            intermediate_size = Intermediate,
            num_hidden_layers = Layers,
            num_attention_heads = Heads,
            num_key_value_heads = KeyValueHeads,
            max_position_embeddings = ContextLength,
            rms_norm_eps = 1e-5,
            tie_word_embeddings = true,
            eos_token_id = EndOfText,
        });
        WriteTokenizer(directory);
        WriteWeights(directory, seed);
        return directory.Path;
    }

    private static void WriteWeights(TemporaryDirectory directory, long seed)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator((ulong)seed);
        Tensor Random(params long[] shape) => randn(shape, float32, generator: generator) * Spread;
        const long headDim = Hidden / Heads;
        var tensors = new Dictionary<string, Tensor>
        {
            ["model.embed_tokens.weight"] = Random(VocabularySize, Hidden),
            ["model.norm.weight"] = ones(Hidden),
        };
        for (var layer = 0; layer < Layers; layer++)
        {
            var name = $"model.layers.{layer}.";
            tensors[name + "input_layernorm.weight"] = ones(Hidden);
            tensors[name + "post_attention_layernorm.weight"] = ones(Hidden);
            tensors[name + "self_attn.q_proj.weight"] = Random(Heads * headDim, Hidden);
            tensors[name + "self_attn.k_proj.weight"] = Random(KeyValueHeads * headDim, Hidden);
            tensors[name + "self_attn.v_proj.weight"] = Random(KeyValueHeads * headDim, Hidden);
            tensors[name + "self_attn.o_proj.weight"] = Random(Hidden, Heads * headDim);
            tensors[name + "mlp.gate_proj.weight"] = Random(Intermediate, Hidden);
            tensors[name + "mlp.up_proj.weight"] = Random(Intermediate, Hidden);
            tensors[name + "mlp.down_proj.weight"] = Random(Hidden, Intermediate);
        }

        using var stream = File.Create(directory.PathOf("model.safetensors"));
        SafetensorsWriter.Write(stream, tensors);
    }

    private static void WriteTokenizer(TemporaryDirectory directory)
    {
        WriteJson(directory, "tokenizer.json", new
        {
            version = "1.0",
            added_tokens = SpecialTokens.Select((content, index) => new
            {
                id = EndOfText + index,
                content,
                single_word = false,
                lstrip = false,
                rstrip = false,
                normalized = false,
                special = true,
            }),
            normalizer = (object?)null,
            pre_tokenizer = new { type = "ByteLevel", add_prefix_space = false, trim_offsets = true, use_regex = true },
            post_processor = (object?)null,
            decoder = new { type = "ByteLevel", add_prefix_space = true, trim_offsets = true, use_regex = true },
            model = new
            {
                type = "BPE",
                dropout = (object?)null,
                unk_token = (object?)null,
                continuing_subword_prefix = (object?)null,
                end_of_word_suffix = (object?)null,
                fuse_unk = false,
                byte_fallback = false,
                vocab = ByteCharacters().Select((character, index) => (character, index)).ToDictionary(pair => pair.character, pair => pair.index),
                merges = Array.Empty<string>(),
            },
        });
        WriteJson(directory, "tokenizer_config.json", new { eos_token = SpecialTokens[0], chat_template = ChatMl });
    }

    /// <summary>GPT-2's alphabet: a printable character for each byte.</summary>
    private static IEnumerable<string> ByteCharacters()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            var printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            yield return new Rune(printable ? value : next++).ToString();
        }
    }

    private static void WriteJson<T>(TemporaryDirectory directory, string name, T content) =>
        directory.Write(name, JsonSerializer.Serialize(content));
}
