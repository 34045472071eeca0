using System.Text.Json;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Models.Likelihood;
using CoLA.TestKit;
using Xunit;
using static TorchSharp.torch;

namespace CoLA.Core.Tests.Model;

public sealed class QuantizationTests : IDisposable
{
    private const string SmolLm = "smollm2-135m-instruct";
    private const double LargestCost = 0.02;

    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<string> RealModels =>
        [.. SharedMaterial.Folders("goldens", "golden.json").Where(name => name == SmolLm && Directory.Exists(SharedMaterial.PathOf("models", name)))];

    [Theory]
    [InlineData(Quantization.Int8, 0.5)]
    [InlineData(Quantization.Int4, 0.5)]
    public void Load_Quantised_TakesAndReportsLessMemory(Quantization quantization, double most)
    {
        var path = RandomModel.Write(_directory);
        using var plain = BaseModel.Load(path);
        using var model = BaseModel.Load(path, quantization: quantization);

        Assert.Equal((Quantization.None, quantization), (plain.Quantization, model.Quantization));
        Assert.InRange((double)model.Bytes / plain.Bytes, 0.1, most);
        Assert.Equal(plain.Identity, model.Identity);
    }

    [Fact]
    public void Load_GgufQuantizationOfAnotherFile_IsRefused()
    {
        var refusal = Assert.Throws<UnsupportedRejection>(() => BaseModel.Load(RandomModel.Write(_directory), quantization: Quantization.Gguf));

        Assert.EndsWith("is not a GGUF file, and quantization gguf keeps the codes of one; choose int8 or int4", refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith(_directory.PathOf(""), refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_QuantisedWithoutCpuKernels_IsRefused()
    {
        var refusal = Assert.Throws<UnsupportedRejection>(() => BaseModel.Load(RandomModel.Write(_directory), "cpu", Quantization.Int8, useKernels: false));

        Assert.Contains("AVX2", refusal.Message, StringComparison.Ordinal);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealModels))]
    public void Load_RealModel_PredictsATextAlmostAsWell(string name)
    {
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedMaterial.PathOf("goldens", name, "golden.json")));
        var expected = golden.RootElement.GetProperty("perplexity");
        double Nll(Quantization quantization)
        {
            using var model = BaseModel.Load(SharedMaterial.PathOf("models", name), quantization: quantization);
            var read = Perplexity.Of(model, expected.GetProperty("text").GetString()!, cancellation: TestContext.Current.CancellationToken);
            Assert.Equal(expected.GetProperty("tokens").GetInt32() - 1, read.Tokens);
            return read.MeanNll;
        }

        var exact = Nll(Quantization.None);

        Assert.Equal(expected.GetProperty("mean_nll").GetDouble(), exact, 1e-4);
        Assert.All(
            (Quantization[])[Quantization.Int8, Quantization.Int4, Quantization.Gguf],
            quantization => Assert.InRange(Nll(quantization) - exact, -LargestCost, LargestCost));
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(RealModels))]
    public void Load_GgufQuantization_KeepsTheExactValues(string name)
    {
        using var scope = NewDisposeScope();
        using var plain = BaseModel.Load(SharedMaterial.PathOf("models", name));
        using var kept = BaseModel.Load(SharedMaterial.PathOf("models", name), quantization: Quantization.Gguf);
        foreach (var (expected, found) in plain.Language.Weights.Layers.Zip(kept.Language.Weights.Layers).Take(2))
        {
            Assert.True(found.QueryKeyValue.Bytes < expected.QueryKeyValue.Bytes / 5);
            Assert.True(expected.QueryKeyValue.ToDense().Equals(found.QueryKeyValue.ToDense()));
            Assert.True(expected.Down.ToDense().Equals(found.Down.ToDense()));
        }
    }

    public void Dispose() => _directory.Dispose();
}
