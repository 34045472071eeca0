using System.Security.Cryptography;
using CoLA.Core.Configuration;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using CoLA.TestKit;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Weights;

public sealed class CheckpointTests : IDisposable
{
    private const string Query = "model.layers.1.self_attn.q_proj.weight";
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";

    private readonly TemporaryDirectory _directory = new();
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly ModelConfig _config;
    private readonly Dictionary<string, Tensor> _tensors;

    public CheckpointTests()
    {
        _config = TinyModel.WriteConfig(_directory);
        _tensors = TinyModel.Tensors(_config);
    }

    public static TheoryData<string> SharedModels { get; } =
    [
        .. SharedMaterial.Folders("models", "config.json").Select(name => $"models/{name}"),
        .. SharedMaterial.Folders("models/tiny", "config.json").Select(name => $"models/tiny/{name}"),
        .. SharedMaterial.Folders("goldens/cola", "config.json").Select(name => $"goldens/cola/{name}"),
        .. SharedMaterial.Files("goldens/gguf", "*.gguf").Select(name => $"goldens/gguf/{name}"),
    ];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SharedModels))]
    public void Open_SharedModel_HasAllTensorsOfItsConfiguration(string path)
    {
        using var checkpoint = Checkpoint.Open(SharedMaterial.Require(path.Split('/')));

        Assert.Equal(Path.GetFileNameWithoutExtension(path), checkpoint.Name.Replace(".gguf", "", StringComparison.Ordinal));
        Assert.All(CheckpointLayout.Of(checkpoint.Config).Where(entry => entry.Name.Contains("layers.0", StringComparison.Ordinal)), entry =>
        {
            using var tensor = checkpoint.Read(entry.Name, entry.Shape);
            Assert.True(tensor.isfinite().all().item<bool>());
        });
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(SharedModels))]
    public void LoadTokenizer_SharedModel_IsNullOnlyWithoutItsFiles(string path)
    {
        using var checkpoint = Checkpoint.Open(SharedMaterial.Require(path.Split('/')));

        Assert.Equal(File.Exists(Path.Combine(checkpoint.Path, "tokenizer.json")), checkpoint.LoadTokenizer() is not null);
    }

    [Fact]
    public void Read_SingleFile_GivesItsTensors()
    {
        TinyModel.WriteTensors(_directory, Single, _tensors);
        using var checkpoint = Checkpoint.Open(_directory.Path);

        Assert.Equal(_tensors.Keys.Order(), checkpoint.Names.Order());
        Assert.All(_tensors, pair => Assert.True(checkpoint.Read(pair.Key, pair.Value.shape).equal(pair.Value).all().item<bool>()));
        Assert.Equal([2], checkpoint.Config.EosIds);
        Assert.Equal(Path.GetFileName(_directory.Path), checkpoint.Name);
    }

    [Fact]
    public void Read_Shards_GivesTheTensorsOfAllShards()
    {
        TinyModel.WriteShards(_directory, _tensors);
        using var checkpoint = Checkpoint.Open(_directory.Path);

        Assert.Equal(2, checkpoint.WeightFiles.Count);
        Assert.All(_tensors, pair => Assert.True(checkpoint.Read(pair.Key, pair.Value.shape).equal(pair.Value).all().item<bool>()));
    }

    [Fact]
    public void Open_FileThatIsASymbolicLink_ReadsItsTarget()
    {
        using var elsewhere = new TemporaryDirectory();
        TinyModel.WriteTensors(elsewhere, "blob", _tensors);
        File.CreateSymbolicLink(_directory.PathOf(Single), elsewhere.PathOf("blob"));

        using var checkpoint = Checkpoint.Open(_directory.Path);

        Assert.Equal(_tensors.Count, checkpoint.Names.Count);
    }

    [Fact]
    public void Sha256_SingleFile_IsThatOfTheFile()
    {
        TinyModel.WriteTensors(_directory, Single, _tensors);
        using var checkpoint = Checkpoint.Open(_directory.Path);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(_directory.PathOf(Single)))), checkpoint.Sha256());
    }

    [Fact]
    public void Sha256_Shards_ChangesWithEachShard()
    {
        TinyModel.WriteShards(_directory, _tensors);
        string Hash()
        {
            using var checkpoint = Checkpoint.Open(_directory.Path);
            return checkpoint.Sha256();
        }

        var before = Hash();
        _tensors[Query] = _tensors[Query] + 1;
        TinyModel.WriteShards(_directory, _tensors);

        Assert.Matches("^[0-9a-f]{64}$", before);
        Assert.NotEqual(before, Hash());
    }

    [Fact]
    public void Open_GenerationConfig_DefinesTheEosIds()
    {
        TinyModel.WriteTensors(_directory, Single, _tensors);
        _directory.Write("generation_config.json", """{"eos_token_id": [3, 4], "temperature": 0.6}""");

        using var checkpoint = Checkpoint.Open(_directory.Path);

        Assert.Equal([3, 4], checkpoint.Config.EosIds);
    }

    [Fact]
    public void Open_MissingTensor_IsNamed()
    {
        _tensors.Remove(Query);
        TinyModel.WriteTensors(_directory, Single, _tensors);

        AssertRefused(Single, Query, "shape [8, 8]", "no tensor");
    }

    [Fact]
    public void Open_TensorOfAnotherShape_IsNamedWithBothShapes()
    {
        _tensors[Query] = zeros(8, 7);
        TinyModel.WriteTensors(_directory, Single, _tensors);

        AssertRefused(Single, Query, "shape [8, 8]", "shape [8, 7]");
    }

    [Fact]
    public void Open_TensorThatTheConfigurationDoesNotNeed_IsNamed()
    {
        const string Bias = "model.layers.0.self_attn.q_proj.bias";
        _tensors[Bias] = zeros(8);
        TinyModel.WriteTensors(_directory, Single, _tensors);

        AssertRefused(Single, Bias, "that the configuration needs", "this one");
    }

    [Fact]
    public void Open_IntegersForWeights_AreRefused()
    {
        _tensors[Query] = zeros(8, 8, dtype: int32);
        TinyModel.WriteTensors(_directory, Single, _tensors);

        AssertRefused(Single, Query, "F32, F16 or BF16", "I32");
    }

    [Fact]
    public void Open_ConfigurationWithABillionLayers_NamesTheFirstMissingOne()
    {
        TinyModel.WriteTensors(_directory, Single, _tensors);
        _directory.Write(
            "config.json", TinyModel.ConfigJson.Replace("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000000", StringComparison.Ordinal));

        AssertRefused(Single, "model.layers.2.self_attn.q_proj.weight", "shape [8, 8]", "no tensor");
    }

    [Fact]
    public void Open_HarmlessTensors_AreAccepted()
    {
        _tensors["lm_head.weight"] = zeros(10, 8);
        _tensors["model.layers.0.self_attn.rotary_emb.inv_freq"] = zeros(2);
        TinyModel.WriteTensors(_directory, Single, _tensors);

        Checkpoint.Open(_directory.Path).Dispose();
    }

    [Fact]
    public void Read_AnotherNameOrShape_IsRefused()
    {
        TinyModel.WriteTensors(_directory, Single, _tensors);
        using var checkpoint = Checkpoint.Open(_directory.Path);

        Assert.Equal("absent", Assert.Throws<ModelFileRejection>(() => checkpoint.Read("absent", 1)).Tensor);
        Assert.Contains("[4, 16]", Assert.Throws<ModelFileRejection>(() => checkpoint.Read(Query, 4, 16)).Expected, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_MissingShard_IsNamed()
    {
        TinyModel.WriteShards(_directory, _tensors);
        File.Delete(_directory.PathOf("b.safetensors"));

        AssertRefused(Index, null, "2 shards", "no b.safetensors");
    }

    [Fact]
    public void Open_IndexThatNamesAnAbsentTensor_IsRefused()
    {
        TinyModel.WriteShards(_directory, _tensors);
        TinyModel.WriteTensors(
            _directory, "b.safetensors", _tensors.Where(pair => pair.Key.Contains("layers.1.", StringComparison.Ordinal) && pair.Key != Query).ToDictionary());

        AssertRefused(Index, Query, "b.safetensors", "no tensor");
    }

    [Fact]
    public void Open_TensorInTheWrongShard_IsRefused()
    {
        TinyModel.WriteShards(_directory, _tensors);
        TinyModel.WriteTensors(_directory, "a.safetensors", _tensors);

        AssertRefused("a.safetensors", null, "in b.safetensors", "it here");
    }

    [Theory]
    [InlineData("""{"weight_map": {"x": "../model.safetensors"}}""", "x")]
    [InlineData("""{"weight_map": {"x": "pytorch_model.bin"}}""", "x")]
    [InlineData("""{"weight_map": {"x": 1}}""", "weight_map")]
    [InlineData("""{"weight_map": [1]}""", "weight_map")]
    [InlineData("""{}""", "weight_map")]
    [InlineData("{", "weight_map")]
    [InlineData("""{"weight_map": {}}""", null)]
    public void Open_WrongIndex_IsRefused(string index, string? tensor)
    {
        _directory.Write(Index, index);

        AssertRefused(Index, tensor, "", "");
    }

    [Theory]
    [InlineData("pytorch_model.bin", "never opened")]
    [InlineData("consolidated.00.pth", "never opened")]
    [InlineData("readme.md", "none of them")]
    public void Open_NoReadableWeights_StatesTheRemedy(string file, string problem)
    {
        _directory.Write(file, "x");

        AssertRefused("", null, "model.safetensors", problem);
    }

    [Fact]
    public void Open_NoConfiguration_IsRefused()
    {
        TinyModel.WriteTensors(_directory, Single, _tensors);
        File.Delete(_directory.PathOf("config.json"));

        AssertRefused("config.json", null, "configuration", "nothing");
    }

    [Fact]
    public void Open_MissingPathOrOtherFile_IsRefused()
    {
        Assert.Throws<ModelFileRejection>(() => Checkpoint.Open(_directory.PathOf("absent")));
        Assert.Throws<ModelFileRejection>(() => Checkpoint.Open(_directory.PathOf("config.json")));
    }

    public void Dispose()
    {
        _scope.Dispose();
        _directory.Dispose();
    }

    private void AssertRefused(string file, string? tensor, string expected, string found)
    {
        var rejection = Assert.Throws<ModelFileRejection>(() => Checkpoint.Open(_directory.Path));

        Assert.Equal(file.Length == 0 ? _directory.Path : _directory.PathOf(file), rejection.File);
        if (tensor is not null)
        {
            Assert.Equal(tensor, rejection.Tensor);
        }

        Assert.Contains(expected, rejection.Expected, StringComparison.Ordinal);
        Assert.Contains(found, rejection.Found, StringComparison.Ordinal);
    }
}
