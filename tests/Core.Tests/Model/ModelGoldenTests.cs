using System.Text.Json;
using CoLA.Core.Inference;
using CoLA.Core.Naming;
using CoLA.Core.Sequences;
using CoLA.TestKit;
using Xunit;

namespace CoLA.Core.Tests.Model;

/// <summary>
/// Compares every available real model with reference values from other software: greedy generation through the engine and its
/// key-value cache, log-probabilities of prompts and of choices, and the perplexity of a text.
/// </summary>
public sealed class ModelGoldenTests
{
    private const double LogProbabilityTolerance = 1e-4;
    private const double SmallestMargin = 1e-3;
    private const int EndOfStory = 1;

    private static readonly TenantId Caller = new("t");

    public static TheoryData<string> Models =>
        [.. SharedMaterial.Folders("goldens", "golden.json").Where(name => Directory.Exists(SharedMaterial.PathOf("models", name)))];

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Models))]
    public async Task Core_RealModel_GeneratesAndScoresAsTheGolden(string name)
    {
        using var data = new TemporaryDirectory();
        using var golden = JsonDocument.Parse(File.ReadAllBytes(SharedMaterial.PathOf("goldens", name, "golden.json")));
        await using var core = ColaCore.Open(
            new ColaOptions { Model = new() { Path = SharedMaterial.PathOf("models", name), Device = "cpu" }, DataDirectory = data.PathOf("data") },
            TimeProvider.System);
        var root = golden.RootElement;
        var compared = 0;
        foreach (var (property, check) in new (string, Func<ColaCore, JsonElement, Task<int>>)[]
        {
            ("logits", PromptsAsync), ("greedy", GreedyAsync), ("score", ScoresAsync), ("perplexity", PerplexityAsync), ("cases", StoriesAsync),
        })
        {
            compared += root.TryGetProperty(property, out var part) ? await check(core, part) : 0;
        }

        Assert.True(compared > 0, $"nothing of {name}'s golden was compared");
    }

    private static async Task<int> PromptsAsync(ColaCore core, JsonElement prompts)
    {
        var rows = prompts.EnumerateArray().Select(prompt => (Ids: Ids(prompt, "ids"), Expected: Numbers(prompt, "next_logprobs")))
            .Where(prompt => prompt.Expected.Length > 0).ToArray();
        var scores = await ScoreAsync(core, [.. rows.Select(row => Row([row.Ids[0]], row.Ids[1..]))]);
        for (var at = 0; at < rows.Length; at++)
        {
            AssertLogProbabilities(rows[at].Expected, scores[at].Continuations[0]);
        }

        return rows.Length;
    }

    private static async Task<int> GreedyAsync(ColaCore core, JsonElement answers)
    {
        var all = answers.EnumerateArray().Where(answer => answer.GetProperty("smallest_margin").GetDouble() >= SmallestMargin).ToArray();
        var rows = all.Select(answer => new GenerationRow(
            ModelSource.Base,
            answer.TryGetProperty("messages", out var messages) && messages.ValueKind == JsonValueKind.Array
                ? new ChatPrompt([.. messages.EnumerateArray().Select(message =>
                    new Core.Tokens.Chat.ChatMessage(message.GetProperty("role").GetString()!, message.GetProperty("content").GetString()!))])
                : new TokenPrompt(Ids(answer, "prompt_ids")),
            SamplingOptions.Greedy,
            [],
            64,
            null)).ToArray();

        var (ids, texts) = await GenerateAsync(core, rows);

        for (var at = 0; at < all.Length; at++)
        {
            Assert.Equal(Ids(all[at], "new_ids"), ids[at]);
            Assert.Equal(all[at].GetProperty("new_text").GetString(), texts[at]);
        }

        return all.Length;
    }

    private static async Task<int> ScoresAsync(ColaCore core, JsonElement questions)
    {
        var all = questions.EnumerateArray().ToArray();
        var scores = await ScoreAsync(core, [.. all.Select(question => new ScoreRow(
            ModelSource.Base,
            new TextPrompt(question.GetProperty("prompt").GetString()!),
            [.. question.GetProperty("continuations").EnumerateArray().Select(text => new TextContinuation(text.GetProperty("text").GetString()!))]))]);
        for (var at = 0; at < all.Length; at++)
        {
            foreach (var (expected, found) in all[at].GetProperty("continuations").EnumerateArray().Zip(scores[at].Continuations))
            {
                Assert.Equal(Ids(expected, "ids"), found.Tokens.Select(token => token.Id));
                AssertLogProbabilities(Numbers(expected, "logprobs"), found);
            }
        }

        return all.Length;
    }

    private static async Task<int> PerplexityAsync(ColaCore core, JsonElement golden)
    {
        var ids = core.Model.Tokenizer!.Encode(golden.GetProperty("text").GetString()!, addSpecialTokens: true);
        var scores = await ScoreAsync(core, [Row([ids[0]], [.. ids.Skip(1)])]);

        Assert.Equal(golden.GetProperty("mean_nll").GetDouble(), -scores[0].Continuations[0].LogProbability / (ids.Count - 1), 5e-5);
        return 1;
    }

    private static async Task<int> StoriesAsync(ColaCore core, JsonElement stories)
    {
        var all = stories.EnumerateArray().ToArray();
        const int compared = 64; // the file states the margin of the first 64 tokens
        var (ids, _) = await GenerateAsync(core, [.. all.Select(story => new GenerationRow(
            ModelSource.Base, new TokenPrompt(Ids(story, "prompt_ids")), SamplingOptions.Greedy, [], compared, null))]);
        for (var at = 0; at < all.Length; at++)
        {
            if (all[at].GetProperty("min_margin_first64").GetDouble() >= SmallestMargin)
            {
                var expected = Ids(all[at], "greedy_ids").Take(compared).ToArray();
                Assert.Equal(expected, ids[at].TakeWhile(id => id != EndOfStory).Take(expected.Length));
            }
        }

        return all.Length;
    }

    private static async Task<(List<int>[] Ids, string[] Texts)> GenerateAsync(ColaCore core, GenerationRow[] rows)
    {
        var ids = rows.Select(_ => new List<int>()).ToArray();
        var texts = rows.Select(_ => "").ToArray();
        await foreach (var news in core.Generation.RunAsync(Caller, rows, TestContext.Current.CancellationToken))
        {
            Assert.Null(news.Finish?.Failure);
            ids[news.Row].AddRange(news.Tokens.Select(token => token.Id));
            texts[news.Row] += news.Text;
        }

        return (ids, texts);
    }

    private static async Task<IReadOnlyList<RowScore>> ScoreAsync(ColaCore core, ScoreRow[] rows)
    {
        var scores = await core.Scoring.RunAsync(Caller, rows, TestContext.Current.CancellationToken);
        Assert.All(scores, score => Assert.Null(score.Failure));
        return scores;
    }

    private static ScoreRow Row(IReadOnlyList<int> prompt, IReadOnlyList<int> continuation) =>
        new(ModelSource.Base, new TokenPrompt(prompt), [new TokenContinuation(continuation)]);

    private static void AssertLogProbabilities(double[] expected, ContinuationScore found)
    {
        Assert.Equal(expected.Length, found.Tokens.Count);
        Assert.All(expected.Zip(found.Tokens), pair => Assert.Equal(pair.First, pair.Second.LogProbability, LogProbabilityTolerance));
    }

    private static int[] Ids(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];

    private static double[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(value => value.GetDouble())];
}
