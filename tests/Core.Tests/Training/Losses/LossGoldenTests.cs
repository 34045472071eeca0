using System.Text.Json;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Losses;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Training.Losses;

/// <summary>Values and gradients with respect to the log-probabilities, as goldens/rules/losses.json.</summary>
public sealed class LossGoldenTests
{
    private const double Tolerance = 1e-5;

    [Fact]
    public void Of_EveryCase_HasTheGoldensValueAndGradient()
    {
        var path = SharedMaterial.PathOf("goldens", "rules", "losses.json");
        Assert.SkipUnless(File.Exists(path), $"{path} is not there");
        using var json = JsonDocument.Parse(File.ReadAllBytes(path));
        var cases = json.RootElement.GetProperty("cases").EnumerateArray().ToArray();

        Assert.NotEmpty(cases);
        Assert.All(cases, golden =>
        {
            var (value, gradient) = golden.GetProperty("loss").GetString() == "dpo" ? OfPair(golden) : OfTokens(golden);
            Assert.Equal(golden.GetProperty("value").GetDouble(), value, Tolerance);
            Assert.All(Numbers(golden, "gradient")!.Zip(gradient), pair => Assert.Equal(pair.First, pair.Second, Tolerance));
        });
    }

    private static (double Value, double[] Gradient) OfTokens(JsonElement golden)
    {
        double Number(string name) => golden.GetProperty(name).GetDouble();
        TokenLoss loss = golden.GetProperty("loss").GetString() switch
        {
            "cross_entropy" => CrossEntropyLoss.Instance,
            "importance_sampling" => new ImportanceSamplingLoss(),
            "ppo" => new PpoLoss(Number("clip_low"), Number("clip_high")),
            "cispo" => new CispoLoss(Number("clip_low"), Number("clip_high")),
            var other => throw new InvalidDataException(other),
        };
        var logProbabilities = Numbers(golden, "logprobs")!;
        var row = new EncodedExample(null, new int[logProbabilities.Length], Numbers(golden, "weights") ?? [.. logProbabilities.Select(_ => 1f)])
        {
            OldLogProbabilities = Numbers(golden, "old_logprobs"),
            Advantages = Numbers(golden, "advantages"),
        };
        var tokens = logProbabilities.Select((logProbability, at) => loss.Of(row, at, logProbability)).ToArray();
        return (tokens.Sum(token => token.Value), [.. tokens.Select(token => token.Slope)]);
    }

    private static (double Value, double[] Gradient) OfPair(JsonElement golden)
    {
        var count = golden.GetProperty("chosen_tokens").GetInt32();
        var (own, reference) = (Numbers(golden, "logprobs")!, Numbers(golden, "reference_logprobs")!);
        var (value, slope) = new DpoLoss(golden.GetProperty("beta").GetDouble())
            .Of(own.Take(count).Sum(), own.Skip(count).Sum(), reference.Take(count).Sum(), reference.Skip(count).Sum());
        return (value, [.. own.Select((_, at) => at < count ? slope : -slope)]);
    }

    private static float[]? Numbers(JsonElement golden, string name) =>
        golden.TryGetProperty(name, out var numbers) ? [.. numbers.EnumerateArray().Select(number => number.GetSingle())] : null;
}
