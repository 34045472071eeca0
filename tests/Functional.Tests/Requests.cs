using CoLA.Client;
using CoLA.V1;

namespace CoLA.Functional.Tests;

/// <summary>Requests in short. One text serves for training and scoring, token by token, so that both speak of the same number.</summary>
internal static class Requests
{
    private static readonly int[] Prompt = [72, 101, 108];
    private static readonly int[] Completion = [108, 111, 46, 10];

    public static AdamW AdamW() => new() { LearningRate = 0.05 };

    public static CreatePoolRequest Pool(string id, Visibility visibility = Visibility.Private) => new()
    {
        PoolId = id,
        Spec = new PoolSpec { M = 2, Rank = 2, Alpha = 4 },
        Sharing = new Sharing { Visibility = visibility },
    };

    public static RegisterTaskRequest Task(string id, string pool) =>
        new() { TaskId = id, Pool = pool, Spec = new TaskSpec { Strategy = Strategy.Full, N = 2 } };

    /// <summary>One task, A trainable.</summary>
    public static OpenSessionRequest Session(string pool, string task) => new()
    {
        Pool = pool,
        SharedA = SharedA.Trainable,
        PoolOptimizer = AdamW(),
        Tasks = { new SessionTask { Task = task, Optimizer = AdamW() } },
    };

    public static Example Example(string task)
    {
        int[] ids = [.. Prompt, .. Completion];
        return new Example
        {
            Task = task,
            Tokens = new TokenExample { Ids = { ids }, Weights = { ids.Select((_, place) => place < Prompt.Length ? 0f : 1f) } },
        };
    }

    public static Source Base { get; } = new() { Base = new Base() };

    public static Source TaskSource(string task) => new() { Task = task };

    public static Source VersionSource(string version) => new() { TaskVersion = version };

    public static GenerateRow Row(Source source, string prompt = "abc", long maxTokens = 16) =>
        new() { Source = source, Prompt = new Prompt { Text = prompt }, MaxTokens = maxTokens };

    /// <summary>Log-probability of the example's completion under each source.</summary>
    public static async Task<IReadOnlyList<double>> ScoreAsync(ColaClient client, IEnumerable<Source> sources, CancellationToken cancellation)
    {
        var response = await client.Inference.ScoreAsync(
            sources.Select(source => new ScoreRow
            {
                Source = source,
                Prompt = new Prompt { Tokens = new TokenIds { Ids = { Prompt } } },
                Continuations = { new Continuation { Tokens = new TokenIds { Ids = { Completion } } } },
            }),
            cancellationToken: cancellation);
        return [.. response.Rows.Select(row => row.Failure is null
            ? row.Continuations.Single().Logprob
            : throw new InvalidOperationException(row.Failure.Message))];
    }
}
