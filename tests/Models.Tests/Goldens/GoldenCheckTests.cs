using System.Text.Json.Nodes;
using CoLA.Core.Rejections;
using CoLA.Models.Goldens;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Models.Tests.Goldens;

/// <summary>Every golden passes, and a golden that was changed by 0.01 does not.</summary>
public sealed class GoldenCheckTests
{
    private const string Suffix = ".golden.json";

    /// <summary>Model and golden file, by their paths under the shared material.</summary>
    public static TheoryData<string, string> Goldens
    {
        get
        {
            var goldens = new TheoryData<string, string>();
            foreach (var name in SharedMaterial.Folders("models/tiny", "golden.json"))
            {
                goldens.Add($"models/tiny/{name}", $"models/tiny/{name}/golden.json");
            }

            foreach (var file in SharedMaterial.Files("goldens/gguf", "*" + Suffix))
            {
                goldens.Add($"goldens/gguf/{file[..^Suffix.Length]}.gguf", $"goldens/gguf/{file}");
            }

            return goldens;
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Run_GoldenOfTheModel_Passes(string model, string golden)
    {
        var findings = Check(model, SharedMaterial.PathOf(golden));

        Assert.NotEmpty(findings);
        Assert.All(findings, finding => Assert.True(finding.Passed, finding.ToString()));
        Assert.Contains(findings, finding => finding.Logits is not null && finding.LogProbabilities is not null);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Run_LogitChanged_Fails(string model, string golden) =>
        AssertFails(model, golden, prompt => prompt["last_logits"]![7] = (float)prompt["last_logits"]![7]! + 0.01f);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Run_LogProbabilityChanged_Fails(string model, string golden) =>
        AssertFails(model, golden, prompt => prompt["next_logprobs"]![0] = (float)prompt["next_logprobs"]![0]! - 0.01f);

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(TinyModels))]
    public void Run_GreedyTokenChanged_NamesItsPlace(string name)
    {
        using var directory = new TemporaryDirectory();
        var json = JsonNode.Parse(File.ReadAllBytes(SharedMaterial.PathOf("models", "tiny", name, "golden.json")))!;
        var prompt = json["prompts"]!.AsArray().First(prompt => (double)prompt!["smallest_greedy_margin"]! >= GoldenCheck.SmallestGreedyMargin)!;
        prompt["greedy24"]![23] = ((int)prompt["greedy24"]![23]! + 1) % 10;

        var findings = Check($"models/tiny/{name}", directory.Write("golden.json", json.ToJsonString()));

        Assert.Equal(23, Assert.Single(findings, finding => !finding.Passed).GreedyDifference);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(TinyModels))]
    public void Run_SmallMargin_SkipsTheContinuationAndSaysSo(string name)
    {
        using var directory = new TemporaryDirectory();
        var json = JsonNode.Parse(File.ReadAllBytes(SharedMaterial.PathOf("models", "tiny", name, "golden.json")))!;
        var prompt = json["prompts"]![0]!;
        prompt["smallest_greedy_margin"] = 9e-4;
        prompt["greedy24"]![0] = ((int)prompt["greedy24"]![0]! + 1) % 10;

        var findings = Check($"models/tiny/{name}", directory.Write("golden.json", json.ToJsonString()));

        Assert.True(findings[0].Passed);
        Assert.Null(findings[0].GreedyTokens);
        Assert.Contains("greedy continuation", Assert.Single(findings[0].Skipped), StringComparison.Ordinal);
    }

    public static TheoryData<string> TinyModels => [.. SharedMaterial.Folders("models/tiny", "golden.json")];

    [Fact]
    public void Run_AnotherVocabulary_IsRefused()
    {
        using var directory = new TemporaryDirectory();
        var model = RandomModel.Write(directory);
        var golden = GoldenFile.Read(directory.Write("golden.json", """{"ids": [1, 2, 300], "next_logprobs": [-1, -2]}"""));

        var rejection = Assert.Throws<InvalidArgumentRejection>(() => GoldenCheck.Run(model, golden).ToList());

        Assert.Contains("300 is not in 0..259", rejection.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"made_with\": \"nothing\"}")]
    [InlineData("{\"ids\": [1, 2]}")]
    [InlineData("{\"prompts\": [{\"last_logits\": [1]}]}")]
    [InlineData("{\"ids\": \"one\", \"last_logits\": [1]}")]
    public void Read_NoGolden_IsRefusedByName(string text)
    {
        using var directory = new TemporaryDirectory();
        var file = directory.Write("golden.json", text);

        var rejection = Assert.Throws<InvalidArgumentRejection>(() => GoldenFile.Read(file));

        Assert.Contains("golden.json", rejection.Message, StringComparison.Ordinal);
    }

    private static void AssertFails(string model, string golden, Action<JsonNode> change)
    {
        using var directory = new TemporaryDirectory();
        var json = JsonNode.Parse(File.ReadAllBytes(SharedMaterial.PathOf(golden)))!;
        change(json["prompts"] is JsonArray prompts ? prompts[^1]! : json);

        var findings = Check(model, directory.Write("golden.json", json.ToJsonString()));

        Assert.False(findings[^1].Passed);
    }

    private static List<GoldenFindings> Check(string model, string golden) =>
        [.. GoldenCheck.Run(SharedMaterial.PathOf(model), GoldenFile.Read(golden))];
}
