using CoLA.Core;
using CoLA.Core.Adapters;
using CoLA.Core.Catalog;
using CoLA.Core.Data;
using CoLA.Core.Engine;
using CoLA.Core.Tenancy;
using CoLA.Core.Training;

namespace CoLA.Bench;

/// <summary>A core on a data directory that goes with it, with a pool (all targets, r = 8) and as many tasks as are asked for.</summary>
internal sealed class World : IAsyncDisposable
{
    public static readonly TenantId Tenant = new("bench");

    private readonly string _directory = Directory.CreateTempSubdirectory("cola-bench-").FullName;
    private int _requests;

    public World(string model)
    {
        Core = ColaCore.Open(model, "cpu", _directory, new EngineOptions(), TimeProvider.System);
    }

    public ColaCore Core { get; }

    public Mutation Mutation() => new(Tenant, $"r{++_requests}", [0]);

    public async Task<PoolName> MakePoolAsync(string id, int m)
    {
        var spec = new PoolSpec(Enum.GetValues<Target>(), m, 8, 16, Initialisation.Gaussian, null, 1);
        return (await Core.Pools.CreateAsync(Mutation(), id, spec, new PoolSharing(PoolVisibility.Private, []), default)).Name;
    }

    public async Task<TaskName[]> MakeTasksAsync(PoolName pool, string prefix, int count, Strategy strategy, int n)
    {
        var tasks = Enumerable.Range(0, count).Select(at => new TaskName(Tenant, $"{prefix}-{at}")).ToArray();
        foreach (var task in tasks)
        {
            await Core.Tasks.RegisterAsync(Mutation(), task, pool, null, new TaskSpec(strategy, n, 1), [], default);
        }

        return tasks;
    }

    public async Task<SessionName> OpenAsync(PoolName pool, TaskName[] tasks, bool frozen) => (await Core.Sessions.OpenAsync(
        Mutation(),
        new OpenSessionSpec(
            pool,
            null,
            [.. tasks.Select(task => new SessionTaskSpec(task, new OptimizerSpec(1e-4)))],
            frozen ? null : new OptimizerSpec(1e-4),
            false),
        default)).Session.Name;

    /// <summary>One short step with A frozen, so that every task has heads of its own, and a publication.</summary>
    public async Task TrainShortlyAsync(PoolName pool, TaskName[] tasks)
    {
        var session = await OpenAsync(pool, tasks, frozen: true);
        var examples = tasks.Select((task, at) => Row(task, 4, at)).ToArray();
        await Core.Sessions.TrainStepAsync(Tenant, session, 1, [1], examples, default);
        await Core.Sessions.PublishAsync(Mutation(), session, true, true, default);
        await Core.Sessions.CloseAsync(Mutation(), session, default);
    }

    /// <summary>A row of token ids, every token but the first labelled.</summary>
    public TrainingExample Row(TaskName task, int tokens, int seed) => new(task, new TokenExample(
        [.. Enumerable.Range(0, tokens).Select(at => (at * 7919 + seed * 104729) % Core.Model.Config.VocabularySize)],
        [.. Enumerable.Repeat(1f, tokens)]));

    /// <summary>Forward and backward through the base's matrices, nothing else: 4 FLOP a weight and token.</summary>
    public double StepFlop(int tokens)
    {
        var config = Core.Model.Config;
        double layer = config.HiddenSize * (2.0 * config.Heads + 2 * config.KeyValueHeads) * config.HeadDim + 3.0 * config.HiddenSize * config.IntermediateSize;
        return 4.0 * tokens * (config.Layers * layer + (double)config.HiddenSize * config.VocabularySize);
    }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
