using System.Text.Json.Nodes;
using CoLA.Core.Configuration;
using CoLA.Core.Rejections;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Configuration;

public sealed class ModelConfigReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> SharedModels { get; } =
    [
        .. SharedMaterial.Folders("models", "config.json").Select(name => $"models/{name}"),
        .. SharedMaterial.Folders("models/tiny", "config.json").Select(name => $"models/tiny/{name}"),
    ];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SharedModels))]
    public void Read_SharedModel_EqualsTheValuesOfTheFile(string folder)
    {
        var path = SharedMaterial.Require([.. folder.Split('/'), "config.json"]);
        var json = JsonNode.Parse(File.ReadAllText(path))!;

        var config = ModelConfigReader.Read(path);

        Assert.Equal((string)json["model_type"]!, config.Family.ToString().ToLowerInvariant());
        Assert.Equal((int)json["hidden_size"]!, config.HiddenSize);
        Assert.Equal((int)json["num_key_value_heads"]!, config.KeyValueHeads);
        Assert.Equal((int?)json["head_dim"] ?? config.HiddenSize / config.Heads, config.HeadDim);
        Assert.Equal((double)json["rope_theta"]!, config.RopeTheta);
        Assert.Equal((double?)json["rope_scaling"]?["factor"], config.RopeScaling switch
        {
            LinearRopeScaling linear => linear.Factor,
            Llama3RopeScaling llama3 => llama3.Factor,
            _ => null,
        });
        Assert.Equal((int?)json["sliding_window"], config.SlidingWindow);
        Assert.Equal((bool)json["tie_word_embeddings"]!, config.TieEmbeddings);
        Assert.Equal(config.Family == ModelFamily.Qwen2 || (bool?)json["attention_bias"] == true, config.QueryKeyValueBias);
        Assert.Equal([(int)json["eos_token_id"]!], config.EosIds);
    }

    [Theory]
    [InlineData("llama", "", 2048, 4, 8, false, false, null)]
    [InlineData("mistral", "", 131072, 8, 8, false, false, 4096)]
    [InlineData("mistral", "\"sliding_window\": null,", 131072, 8, 8, false, false, null)]
    [InlineData("qwen2", "", 32768, 32, 8, true, false, null)]
    [InlineData("qwen3", "", 32768, 32, 128, false, true, null)]
    [InlineData("qwen3", "\"head_dim\": 64,", 32768, 32, 64, false, true, null)]
    public void Read_OnlyTheSizes_TakesTheDefaultsOfTheFamily(
        string type, string extra, int context, int keyValueHeads, int headDim, bool bias, bool norm, int? window)
    {
        var heads = type == "llama" ? 4 : 32;

        var config = Read(type, $"{extra} \"num_attention_heads\": {heads}, \"hidden_size\": {heads * 8}");

        Assert.Equal(context, config.ContextLength);
        Assert.Equal(keyValueHeads, config.KeyValueHeads);
        Assert.Equal(headDim, config.HeadDim);
        Assert.Equal(bias, config.QueryKeyValueBias);
        Assert.Equal(norm, config.QueryKeyNorm);
        Assert.Equal(window, config.SlidingWindow);
        Assert.Equal(1e-6, config.RmsNormEpsilon);
        Assert.Equal(10_000, config.RopeTheta);
        Assert.False(config.TieEmbeddings);
        Assert.False(config.OutputBias);
        Assert.Empty(config.EosIds);
    }

    [Theory]
    [InlineData("""{"rope_theta": 5e5, "rope_scaling": {"type": "linear", "factor": 2}}""")]
    [InlineData("""{"rope_theta": 5e5, "rope_scaling": {"rope_type": "linear", "type": "linear", "factor": 2.0}}""")]
    [InlineData("""{"rope_parameters": {"rope_theta": 500000, "rope_type": "linear", "factor": 2}}""")]
    [InlineData("""{"rope_theta": 5e5, "rope_scaling": null, "rope_parameters": {"rope_theta": 5e5, "rope_type": "linear", "factor": 2}}""")]
    public void Read_BothFormsOfRope_GiveTheSame(string rope)
    {
        var config = Read("llama", rope[1..^1]);

        Assert.Equal(500_000, config.RopeTheta);
        Assert.Equal(new LinearRopeScaling(2), config.RopeScaling);
    }

    [Fact]
    public void Read_RopeParametersOfLlama3_AreAllRead()
    {
        var config = Read("llama", """
            "rope_parameters": {"rope_theta": 5e5, "rope_type": "llama3", "factor": 32, "low_freq_factor": 1.0,
            "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}
            """);

        Assert.Equal(new Llama3RopeScaling(32, 1, 4, 8192), config.RopeScaling);
    }

    [Theory]
    [InlineData("mistral", "\"sliding_window\": 16, \"use_sliding_window\": false", 16)]
    [InlineData("mistral", "\"sliding_window\": 16, \"layer_types\": [\"sliding_attention\", \"sliding_attention\"]", 16)]
    [InlineData("qwen2", "\"sliding_window\": 16", null)]
    [InlineData("qwen2", "\"sliding_window\": 16, \"use_sliding_window\": true, \"max_window_layers\": 2", null)]
    [InlineData("qwen2", "\"sliding_window\": 16, \"use_sliding_window\": true, \"max_window_layers\": 0", 16)]
    [InlineData("qwen3", "\"use_sliding_window\": true, \"max_window_layers\": 0", 4096)]
    [InlineData("qwen3", "\"sliding_window\": null, \"use_sliding_window\": true, \"max_window_layers\": 1", null)]
    [InlineData("qwen3", "\"layer_types\": [\"full_attention\", \"full_attention\"]", null)]
    [InlineData("qwen3", "\"sliding_window\": 16, \"use_sliding_window\": true, \"layer_types\": [\"sliding_attention\", \"sliding_attention\"]", 16)]
    public void Read_SlidingWindow_FollowsTheFamilysRule(string type, string keys, int? window) =>
        Assert.Equal(window, Read(type, $"\"num_key_value_heads\": 4, {keys}").SlidingWindow);

    [Fact]
    public void Read_BiasesOfLlama_AreOnEveryProjection()
    {
        var config = Read("llama", "\"attention_bias\": true, \"mlp_bias\": true");

        Assert.True(config is { QueryKeyValueBias: true, OutputBias: true, FeedForwardBias: true });
    }

    [Fact]
    public void Read_SeveralEosIds_KeepsThemAll() =>
        Assert.Equal([5, 7], Read("llama", "\"bos_token_id\": 3, \"eos_token_id\": [5, 7]").EosIds);

    [Fact]
    public void Read_ArchitectureWithoutModelType_IsEnough() =>
        Assert.Equal(ModelFamily.Mistral, Read(null, "\"architectures\": [\"MistralForCausalLM\"], \"num_key_value_heads\": 2").Family);

    [Theory]
    [InlineData("llama", "\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4}", "rope_scaling.rope_type")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"dynamic\", \"factor\": 4}", "rope_scaling.rope_type")]
    [InlineData("llama", "\"rope_parameters\": {\"rope_type\": \"longrope\"}", "rope_parameters.rope_type")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 0.5}", "rope_scaling.factor")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"linear\"}", "rope_scaling.factor")]
    [InlineData("llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2, \"mrope_section\": [1]}", "rope_scaling.mrope_section")]
    [InlineData("llama", "\"rope_scaling\": [4]", "rope_scaling")]
    [InlineData(
        "llama",
        "\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4, \"high_freq_factor\": 4, "
            + "\"original_max_position_embeddings\": 64}",
        "rope_scaling.high_freq_factor")]
    [InlineData("llama", "\"rope_theta\": 1e4, \"rope_parameters\": {\"rope_theta\": 5e5}", "rope_theta")]
    [InlineData(
        "llama", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2}, \"rope_parameters\": {\"rope_type\": \"linear\", \"factor\": 4}", "rope_parameters")]
    [InlineData("llama", "\"partial_rotary_factor\": 0.5", "partial_rotary_factor")]
    [InlineData("llama", "\"rope_theta\": 0", "rope_theta")]
    [InlineData("llama", "\"quantization_config\": {\"bits\": 4}", "quantization_config")]
    [InlineData("llama", "\"attn_logit_softcapping\": 50.0", "attn_logit_softcapping")]
    [InlineData("llama", "\"sliding_window\": 16", "sliding_window")]
    [InlineData("llama", "\"hidden_act\": \"gelu\"", "hidden_act")]
    [InlineData("llama", "\"pretraining_tp\": 2", "pretraining_tp")]
    [InlineData("llama", "\"num_key_value_heads\": 3", "num_key_value_heads")]
    [InlineData("llama", "\"head_dim\": 15", "head_dim")]
    [InlineData("llama", "\"hidden_size\": 30", "hidden_size")]
    [InlineData("llama", "\"vocab_size\": 0", "vocab_size")]
    [InlineData("llama", "\"vocab_size\": 4294967296", "vocab_size")]
    [InlineData("llama", "\"vocab_size\": null", "vocab_size")]
    [InlineData("llama", "\"intermediate_size\": \"64\"", "intermediate_size")]
    [InlineData("llama", "\"rms_norm_eps\": -1e-5", "rms_norm_eps")]
    [InlineData("llama", "\"attention_bias\": \"yes\"", "attention_bias")]
    [InlineData("llama", "\"eos_token_id\": 100", "eos_token_id")]
    [InlineData("llama", "\"eos_token_id\": [1, -1]", "eos_token_id")]
    [InlineData("llama", "\"architectures\": [\"LlamaForSequenceClassification\"]", "architectures")]
    [InlineData("llama", "\"a_key_from_the_future\": 1", "a_key_from_the_future")]
    [InlineData("gemma2", "", "model_type")]
    [InlineData(null, "", "model_type")]
    [InlineData("mistral", "\"num_key_value_heads\": 4, \"attention_bias\": true", "attention_bias")]
    [InlineData("mistral", "\"num_key_value_heads\": 4, \"sliding_window\": -1", "sliding_window")]
    [InlineData("mistral", "\"num_key_value_heads\": 4, \"layer_types\": [\"full_attention\", \"full_attention\"]", "layer_types")]
    [InlineData("qwen2", "\"num_key_value_heads\": 4, \"use_sliding_window\": true, \"max_window_layers\": 1", "max_window_layers")]
    [InlineData(
        "qwen3", "\"num_key_value_heads\": 4, \"use_sliding_window\": true, \"layer_types\": [\"full_attention\", \"sliding_attention\"]", "layer_types")]
    [InlineData("qwen3", "\"num_key_value_heads\": 4, \"layer_types\": [\"full_attention\"]", "layer_types")]
    public void Read_UnsupportedKeyThatChangesTheComputation_IsRefusedByName(string? type, string keys, string named)
    {
        var rejection = Assert.Throws<ModelFileRejection>(() => Read(type, keys));

        Assert.Equal(named, rejection.Tensor);
        Assert.Equal(_directory.PathOf("config.json"), rejection.File);
    }

    [Theory]
    [InlineData("\"an_unknown_key\": null, \"another\": false, \"a_list\": [], \"an_object\": {}")]
    [InlineData("\"torch_dtype\": \"bfloat16\", \"transformers_version\": \"4.45.0\", \"use_cache\": true, \"initializer_range\": 0.02")]
    [InlineData("\"rope_interleaved\": false, \"pretraining_tp\": 1, \"partial_rotary_factor\": 1.0, \"quantization_config\": null")]
    public void Read_KeyThatChangesNothing_IsAccepted(string keys) => Assert.Equal(2, Read("llama", keys).Layers);

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"vocab_size\": 1")]
    [InlineData("{\"vocab_size\": 1, \"vocab_size\": 2}")]
    [InlineData("{\"model_type\": \"\\ud800\"}")]
    public void Read_NotAnObject_IsRefused(string text) =>
        Assert.Throws<ModelFileRejection>(() => ModelConfigReader.Read(_directory.Write("config.json", text)));

    [Fact]
    public void Read_NoFile_IsRefused() =>
        Assert.Throws<ModelFileRejection>(() => ModelConfigReader.Read(_directory.PathOf("config.json")));

    public void Dispose() => _directory.Dispose();

    /// <summary>Reads the configuration of a small model, in which <paramref name="keys"/> replace or extend the sizes.</summary>
    private ModelConfig Read(string? type, string keys)
    {
        var json = JsonNode.Parse("""
            {"vocab_size": 100, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
            """)!.AsObject();
        if (type is not null)
        {
            json["model_type"] = type;
        }

        foreach (var (key, value) in JsonNode.Parse($"{{{keys}}}")!.AsObject())
        {
            json[key] = value?.DeepClone();
        }

        return ModelConfigReader.Read(_directory.Write("config.json", json.ToJsonString()));
    }
}
