using System.Text.Json;
using CoLA.Core.Rejections;

namespace CoLA.Models.Goldens;

/// <summary>
/// Numbers of a model that other software made. Three forms: <c>prompts</c> with <c>ids</c>, <c>last_logits</c>,
/// <c>next_logprobs</c>, <c>greedy...</c> and <c>smallest_greedy_margin</c>; one such prompt alone; and <c>logits</c>
/// (with <c>top10_ids</c> and <c>top10_logits</c>), <c>greedy</c> and <c>score</c> of texts, with their ids.
/// </summary>
/// <param name="Prompts">At least one.</param>
public sealed record GoldenFile(IReadOnlyList<GoldenPrompt> Prompts)
{
    /// <exception cref="InvalidArgumentRejection">The file is not there, not JSON, or of none of the forms.</exception>
    public static GoldenFile Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new InvalidArgumentRejection(path, "there is no such golden file");
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var prompts = All(json.RootElement).ToList();
            return prompts.Exists(HasNumbers)
                ? new GoldenFile(prompts)
                : throw new InvalidArgumentRejection(
                    path,
                    "holds no numbers to compare; expected \"prompts\" with \"ids\" and \"last_logits\", \"next_logprobs\" or \"greedy24\", or one such "
                        + "prompt");
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new InvalidArgumentRejection(path, $"is not a golden file: {malformed.Message}");
        }
    }

    private static bool HasNumbers(GoldenPrompt prompt) =>
        prompt.LastLogits is not null || prompt.NextLogProbabilities is not null || prompt.Greedy is not null;

    private static IEnumerable<GoldenPrompt> All(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("it holds no object");
        }

        if (root.TryGetProperty("ids", out _))
        {
            return [Tokens("prompt", root)];
        }

        return Named(root, "prompts", Tokens)
            .Concat(Named(root, "logits", Tokens))
            .Concat(Named(root, "greedy", Continuation))
            .Concat(Named(root, "score", Scores).SelectMany(scores => scores));
    }

    private static IEnumerable<T> Named<T>(JsonElement root, string key, Func<string, JsonElement, T> read) =>
        root.TryGetProperty(key, out var list) && list.ValueKind == JsonValueKind.Array
            ? list.EnumerateArray().Select((item, index) => read($"{key}[{index}]", item))
            : [];

    private static GoldenPrompt Tokens(string name, JsonElement prompt)
    {
        // greedy24: the number is how many tokens there are.
        var greedy = prompt.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => name.StartsWith("greedy", StringComparison.Ordinal));
        return new GoldenPrompt(name, Ids(prompt, "ids")!)
        {
            LastLogits = Numbers(prompt, "last_logits") ?? Numbers(prompt, "top10_logits"),
            LogitIds = prompt.TryGetProperty("last_logits", out _) ? null : Ids(prompt, "top10_ids"),
            NextLogProbabilities = Numbers(prompt, "next_logprobs") is { Count: > 0 } logProbabilities ? logProbabilities : null,
            Greedy = greedy is null ? null : Ids(prompt, greedy),
            GreedyMargin = Number(prompt, "smallest_greedy_margin"),
        };
    }

    private static GoldenPrompt Continuation(string name, JsonElement greedy) => new(name, Ids(greedy, "prompt_ids")!)
    {
        Greedy = Ids(greedy, "new_ids"),
        GreedyMargin = Number(greedy, "smallest_margin"),
    };

    private static IEnumerable<GoldenPrompt> Scores(string name, JsonElement score)
    {
        var prompt = Ids(score, "prompt_ids")!;
        return Named(score, "continuations", (place, continuation) => new GoldenPrompt($"{name}.{place}", [.. prompt, .. Ids(continuation, "ids")!])
        {
            NextLogProbabilities = Numbers(continuation, "logprobs"),
        });
    }

    private static List<int>? Ids(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out var list) ? [.. list.EnumerateArray().Select(id => id.GetInt32())]
        : key is "ids" or "prompt_ids" ? throw new FormatException($"a prompt lacks \"{key}\"")
        : null;

    private static List<float>? Numbers(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out var list) ? [.. list.EnumerateArray().Select(number => number.GetSingle())] : null;

    private static double? Number(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out var number) ? number.GetDouble() : null;
}
