using System.Text.Json;
using CoLA.Core.Sequences;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Sequences;

public sealed class SamplerTests
{
    public static TheoryData<int> Goldens
    {
        get
        {
            var path = SharedMaterial.PathOf("goldens", "rules", "sampling.json");
            return File.Exists(path) ? [.. Enumerable.Range(0, Cases(path).Length)] : [];
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Goldens))]
    public void Probabilities_Golden_AreHuggingFaces(int index)
    {
        var golden = Cases(SharedMaterial.PathOf("goldens", "rules", "sampling.json"))[index];
        var settings = golden.GetProperty("settings");
        double Setting(string name, double otherwise) => settings.TryGetProperty(name, out var value) ? value.GetDouble() : otherwise;
        Assert.All(settings.EnumerateObject(), setting =>
            Assert.Contains(setting.Name, (string[])["temperature", "top_k", "top_p", "min_p", "repetition_penalty"]));
        var options = new SamplingOptions(
            Setting("repetition_penalty", 1), Setting("temperature", 1), (int)Setting("top_k", 0), Setting("top_p", 1), Setting("min_p", 0));
        var logits = golden.GetProperty("logits").EnumerateArray().Select(value => value.GetSingle()).ToArray();
        var expected = golden.GetProperty("probabilities").EnumerateArray().Select(value => value.GetDouble()).ToArray();

        var found = new Sampler(options, golden.GetProperty("history").EnumerateArray().Select(id => id.GetInt32())).Probabilities(logits);

        for (var id = 0; id < expected.Length; id++)
        {
            Assert.Equal(expected[id], found[id], 1e-6);
        }
    }

    [Fact]
    public void Next_SameSeed_DrawsTheSame_AndFollowsTheProbabilities()
    {
        float[] logits = [0, 1, 2];
        var options = new SamplingOptions(Temperature: 1, Seed: 5);
        var (first, second) = (new Sampler(options, []), new Sampler(options, []));
        var counts = new int[3];
        const int draws = 20_000;
        for (var draw = 0; draw < draws; draw++)
        {
            var id = first.Next([.. logits]);
            Assert.Equal(id, second.Next([.. logits]));
            counts[id]++;
        }

        var expected = new Sampler(options, []).Probabilities([.. logits]);
        for (var id = 0; id < 3; id++)
        {
            Assert.Equal(expected[id], counts[id] / (double)draws, 0.015);
        }
    }

    [Fact]
    public void Next_GreedyWithPenalty_CountsWhatItChose()
    {
        var sampler = new Sampler(new SamplingOptions(RepetitionPenalty: 10), [2]);

        Assert.Equal(0, sampler.Next([3f, 2.9f, 5f]));
        Assert.Equal(1, sampler.Next([3f, 2.9f, 5f]));
    }

    private static JsonElement[] Cases(string path)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. json.RootElement.Clone().GetProperty("cases").EnumerateArray()];
    }
}
