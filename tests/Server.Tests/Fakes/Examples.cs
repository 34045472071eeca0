using CoLA.V1;

namespace CoLA.Server.Tests.Fakes;

/// <summary>Requests in short.</summary>
internal static class Examples
{
    public static Example Of(TenantTask task, string prompt, string completion) =>
        new() { Task = task.Name, Completion = new CompletionExample { Prompt = prompt, Completion = completion } };

    public static AdamW AdamW(double learningRate = 0.01) => new() { LearningRate = learningRate };

    /// <summary>A session request for tasks on one pool, A trainable.</summary>
    public static OpenSessionRequest Session(Pool pool, params TenantTask[] tasks) => new()
    {
        Pool = pool.Name,
        SharedA = SharedA.Trainable,
        PoolOptimizer = AdamW(),
        Tasks = { tasks.Select(task => new SessionTask { Task = task.Name, Optimizer = AdamW() }) },
    };

    public static GenerateRow Row(Source source, string prompt = "abc", long maxTokens = 8) =>
        new() { Source = source, Prompt = new Prompt { Text = prompt }, MaxTokens = maxTokens };

    public static Source Base() => new() { Base = new Base() };

    public static Source Task(TenantTask task) => new() { Task = task.Name };
}
