using CoLA.Core.Configuration;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using CoLA.TestKit;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Weights.Gguf;

public sealed class GgufCheckpointTests : IDisposable
{
    private const string Query = "model.layers.0.self_attn.q_proj.weight";

    private readonly TemporaryDirectory _directory = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly Dictionary<string, object> _metadata = new()
    {
        ["general.architecture"] = "llama",
        ["general.name"] = "tiny",
        ["llama.context_length"] = 64u,
        ["llama.embedding_length"] = 16u,
        ["llama.block_count"] = 1u,
        ["llama.feed_forward_length"] = 6u,
        ["llama.attention.head_count"] = 2u,
        ["llama.attention.head_count_kv"] = 1u,
        ["llama.attention.layer_norm_rms_epsilon"] = 1e-5f,
        ["llama.rope.dimension_count"] = 8u,
        ["tokenizer.ggml.bos_token_id"] = 1u,
        ["tokenizer.ggml.eos_token_id"] = 2u,
        ["tokenizer.ggml.eot_token_id"] = uint.MaxValue,
    };

    private readonly Dictionary<string, (long[] Shape, float[] Values)> _tensors = new()
    {
        ["token_embd.weight"] = Values(10, 16),
        ["output_norm.weight"] = Values(16),
        ["blk.0.attn_norm.weight"] = Values(16),
        ["blk.0.attn_q.weight"] = Values(16, 16),
        ["blk.0.attn_k.weight"] = Values(8, 16),
        ["blk.0.attn_v.weight"] = Values(8, 16),
        ["blk.0.attn_output.weight"] = Values(16, 16),
        ["blk.0.ffn_norm.weight"] = Values(16),
        ["blk.0.ffn_gate.weight"] = Values(6, 16),
        ["blk.0.ffn_up.weight"] = Values(6, 16),
        ["blk.0.ffn_down.weight"] = Values(16, 6),
    };

    public static TheoryData<string> ModelsWithFilesBesideTheGguf { get; } =
    [
        .. SharedMaterial.Folders("models", "config.json", "tokenizer.json")
            .Where(name => SharedMaterial.Files($"models/{name}", "*.gguf").Count == 1),
    ];

    [Fact]
    public void Open_FileAlone_HasTheConfigurationOfItsMetadata()
    {
        using var checkpoint = Open();

        var expected = new ModelConfig
        {
            Family = ModelFamily.Llama,
            VocabularySize = 10,
            HiddenSize = 16,
            IntermediateSize = 6,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 1,
            HeadDim = 8,
            ContextLength = 64,
            RmsNormEpsilon = 1e-5f,
            TieEmbeddings = true,
            RopeTheta = 10_000,
            BosId = 1,
            EosIds = checkpoint.Config.EosIds,
        };
        Assert.Equal(expected, checkpoint.Config);
        Assert.Equal([2], checkpoint.Config.EosIds);
        Assert.Equal("model", checkpoint.Name);
    }

    [Fact]
    public void Read_QueriesOfLlama_HaveTheirRowsInTheHalfSplitOrder()
    {
        using var checkpoint = Open();

        // Row (head, i, side) of the file is row (head, side, i): 8 rows a head, 4 pairs.
        long[] order = [0, 2, 4, 6, 1, 3, 5, 7];
        long[] rows = [.. order, .. order.Select(row => row + 8)];
        var stored = arange(256, dtype: float32).reshape(16, 16);
        Assert.Equal(stored[tensor(rows)].data<float>().ToArray(), checkpoint.Read(Query, 16, 16).data<float>().ToArray());
        Assert.Equal(
            arange(128, dtype: float32).reshape(8, 16)[tensor(order)].data<float>().ToArray(),
            checkpoint.Read(Query.Replace("q_proj", "k_proj", StringComparison.Ordinal), 8, 16).data<float>().ToArray());
        Assert.Equal(Values(8, 16).Values, checkpoint.Read(Query.Replace("q_proj", "v_proj", StringComparison.Ordinal), 8, 16).data<float>().ToArray());
    }

    [Theory]
    [InlineData("qwen2")]
    [InlineData("qwen3")]
    public void Read_QueriesOfQwen_KeepTheirOrder(string architecture)
    {
        BecomeQwen(architecture);

        using var checkpoint = Open();

        Assert.Equal(architecture == "qwen2", checkpoint.Config.QueryKeyValueBias);
        Assert.Equal(architecture == "qwen3", checkpoint.Config.QueryKeyNorm);
        Assert.Equal(Values(16, 16).Values, checkpoint.Read(Query, 16, 16).data<float>().ToArray());
    }

    [Fact]
    public void Open_ConfigurationFileInTheDirectory_OverridesTheMetadata()
    {
        _metadata["llama.a_key_from_the_future"] = 1u;
        WriteConfig("mistral", heads: 2);

        using var checkpoint = Open();

        Assert.Equal(ModelFamily.Mistral, checkpoint.Config.Family);
        Assert.Equal(4096, checkpoint.Config.SlidingWindow);
        using var sameByDirectory = Checkpoint.Open(_directory.Path);
        Assert.Equal(ModelFamily.Mistral, sameByDirectory.Config.Family);
    }

    [Theory]
    [InlineData("qwen2", 2, "general.architecture")]
    [InlineData("llama", 4, "llama.attention.head_count")]
    public void Open_ConfigurationOfAnotherModel_IsRefused(string type, int heads, string named)
    {
        WriteConfig(type, heads);

        Assert.Equal(named, Refusal().Tensor);
    }

    [Fact]
    public void Open_RopeFactorsOfLlama3_AreRecognised()
    {
        var scaling = new Llama3RopeScaling(32, 1, 4, 8192);
        _metadata["llama.rope.freq_base"] = 500_000f;
        _tensors["rope_freqs.weight"] = ([4], Divisors(scaling));

        using var checkpoint = Open();

        Assert.Equal(scaling, checkpoint.Config.RopeScaling);
        Assert.DoesNotContain("rope_freqs.weight", checkpoint.Names);
    }

    [Fact]
    public void Open_OtherRopeFactors_AreRefused()
    {
        _metadata["llama.rope.freq_base"] = 500_000f;
        _tensors["rope_freqs.weight"] = ([4], Divisors(new Llama3RopeScaling(8, 1, 4, 1024)));

        Assert.Equal("rope_freqs.weight", Refusal().Tensor);
    }

    [Fact]
    public void Open_RopeFactorsThatContradictTheConfiguration_AreRefused()
    {
        WriteConfig("llama", heads: 2);
        _tensors["rope_freqs.weight"] = ([4], [1, 1, 1, 2]);

        Assert.Equal("rope_freqs.weight", Refusal().Tensor);
    }

    [Fact]
    public void Open_LinearScaling_IsRead()
    {
        _metadata["llama.rope.scaling.type"] = "linear";
        _metadata["llama.rope.scaling.factor"] = 4f;

        using var checkpoint = Open();

        Assert.Equal(new LinearRopeScaling(4), checkpoint.Config.RopeScaling);
    }

    [Theory]
    [InlineData("llama.rope.scaling.type", "yarn")]
    [InlineData("llama.rope.dimension_count", 4u)]
    [InlineData("llama.attention.value_length", 16u)]
    [InlineData("llama.expert_count", 8u)]
    [InlineData("llama.a_key_from_the_future", 1.5f)]
    [InlineData("llama.attention.head_count_kv", 3u)]
    [InlineData("llama.attention.head_count", "2")]
    [InlineData("llama.block_count", 0u)]
    [InlineData("llama.vocab_size", 11u)]
    [InlineData("general.architecture", "gemma2")]
    [InlineData("general.type", "adapter")]
    [InlineData("split.count", 2u)]
    public void Open_UnsupportedMetadataThatChangesTheComputation_IsRefusedByName(string key, object value)
    {
        _metadata[key] = value;

        Assert.Equal(key, Refusal().Tensor);
    }

    [Theory]
    [InlineData("llama.expert_count", 0u)]
    [InlineData("llama.rope.scaling.finetuned", false)]
    [InlineData("llama.vocab_size", 10u)]
    [InlineData("quantize.imatrix.file", "x")]
    [InlineData("split.count", 1u)]
    [InlineData("general.type", "model")]
    public void Open_MetadataThatChangesNothing_IsAccepted(string key, object value)
    {
        _metadata[key] = value;

        Open().Dispose();
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(ModelsWithFilesBesideTheGguf))]
    public void Open_GgufAlone_EqualsOpenWithItsConfigurationFiles(string model)
    {
        const string Text = "Two cats, 12 dogs.";
        using var beside = Checkpoint.Open(SharedMaterial.Require("models", model));
        File.CreateSymbolicLink(_directory.PathOf("alone.gguf"), beside.WeightFiles[0]);

        using var alone = Checkpoint.Open(_directory.PathOf("alone.gguf"));

        Assert.Equal(beside.LoadTokenizer()!.Encode(Text, true), alone.LoadTokenizer()!.Encode(Text, true));
        Assert.Equivalent(beside.Config with { RmsNormEpsilon = alone.Config.RmsNormEpsilon }, alone.Config);
        Assert.Equal(beside.Config.RmsNormEpsilon, alone.Config.RmsNormEpsilon, 1e-12);
    }

    [Fact]
    public void Open_TensorOfAnotherFamily_IsNamed()
    {
        _tensors["blk.0.ffn_gate_exps.weight"] = Values(1);

        Assert.Equal("blk.0.ffn_gate_exps.weight", Refusal().Tensor);
    }

    [Fact]
    public void Open_MissingTensor_IsNamedByItsHuggingFaceName()
    {
        _tensors.Remove("blk.0.attn_q.weight");

        Assert.Equal(Query, Refusal().Tensor);
    }

    [Fact]
    public void Open_RandomBytesInTheMetadata_OpensOrIsRefused()
    {
        var good = File.ReadAllBytes(Write());
        var names = good.AsSpan().IndexOf("token_embd"u8);

        Assert.All(Damage.Of(good, names), damaged =>
        {
            try
            {
                Checkpoint.Open(_directory.Write("model.gguf", damaged)).Dispose();
            }
            catch (ModelFileRejection)
            {
                // The only way that a damaged file may fail.
            }
        });
    }

    [Fact]
    public void Open_DirectoryWithSeveralGgufFiles_IsRefusedWithTheirNames()
    {
        Write();
        File.Copy(_directory.PathOf("model.gguf"), _directory.PathOf("other.gguf"));

        var rejection = Assert.Throws<ModelFileRejection>(() => Checkpoint.Open(_directory.Path));

        Assert.Contains("model.gguf, other.gguf", rejection.Found, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _directory.Dispose();
    }

    private static (long[] Shape, float[] Values) Values(params long[] shape) =>
        (shape, [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (product, size) => product * size)).Select(value => (float)value)]);

    private static float[] Divisors(Llama3RopeScaling scaling) =>
        [.. Enumerable.Range(0, 4).Select(index => (float)scaling.DivisorOf(Math.Pow(500_000, -2.0 * index / 8)))];

    private void BecomeQwen(string architecture)
    {
        foreach (var (key, value) in _metadata.Where(pair => pair.Key.StartsWith("llama.", StringComparison.Ordinal)).ToList())
        {
            _metadata[architecture + key[5..]] = value;
        }

        _metadata["general.architecture"] = architecture;
        string[] extra = architecture == "qwen2"
            ? ["attn_q.bias", "attn_k.bias", "attn_v.bias"]
            : ["attn_q_norm.weight", "attn_k_norm.weight"];
        foreach (var name in extra)
        {
            _tensors[$"blk.0.{name}"] = Values(name == "attn_q.bias" ? 16 : 8);
        }
    }

    private void WriteConfig(string type, int heads) => _directory.Write("config.json", $$"""
        {"model_type": "{{type}}", "vocab_size": 10, "hidden_size": 16, "intermediate_size": 6, "num_hidden_layers": 1,
         "num_attention_heads": {{heads}}, "num_key_value_heads": 1, "head_dim": {{16 / heads}}, "tie_word_embeddings": true}
        """);

    private string Write()
    {
        var builder = new GgufBuilder();
        foreach (var (key, value) in _metadata)
        {
            builder.With(key, value);
        }

        foreach (var (name, (shape, values)) in _tensors)
        {
            builder.WithTensor(name, shape, values);
        }

        return _directory.Write("model.gguf", builder.Build());
    }

    private Checkpoint Open() => Checkpoint.Open(Write());

    private ModelFileRejection Refusal()
    {
        var path = Write();
        return Assert.Throws<ModelFileRejection>(() => Checkpoint.Open(path));
    }
}
