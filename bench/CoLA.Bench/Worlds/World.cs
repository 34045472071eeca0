using CoLA.Bench.Measures;
using CoLA.Core;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Data.Examples;
using CoLA.Core.Inference;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Sequences;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;

namespace CoLA.Bench.Worlds;

/// <summary>A core on a data directory that goes with it, with the pools and tasks that are asked for, all of one tenant.</summary>
internal sealed class World : IAsyncDisposable
{
    public static readonly TenantId Tenant = new("bench");

    private readonly string _directory = Directory.CreateTempSubdirectory("cola-bench-").FullName;
    private int _requests;

    public World(string model, ColaOptions options)
    {
        Options = options;
        Core = ColaCore.Open(
            options with { Model = options.Model with { Path = model, Device = "cpu" }, DataDirectory = _directory }, TimeProvider.System);
        Prompts = new Prompts(Core.Model.Config.VocabularySize);
    }

    public ColaOptions Options { get; }

    public ColaCore Core { get; }

    public Prompts Prompts { get; }

    public ModelCost Cost => new(Core.Model.Config);

    public Mutation Mutation() => new(Tenant, $"r{Interlocked.Increment(ref _requests)}", [0]);

    /// <summary>A GAUSSIAN pool; all targets unless told otherwise.</summary>
    public async Task<PoolName> MakePoolAsync(string id, int m, int rank = 8, params IReadOnlyList<Target> targets)
    {
        var spec = new PoolSpec(targets.Count > 0 ? targets : Enum.GetValues<Target>(), m, rank, 2 * rank, Initialisation.Gaussian, null, 1);
        return (await Core.Pools.CreateAsync(Mutation(), id, spec, new PoolSharing(PoolVisibility.Private, []), default)).Name;
    }

    public async Task<TaskName[]> MakeTasksAsync(PoolName pool, string prefix, int count, Strategy strategy, int n, Action<int>? made = null)
    {
        var tasks = Enumerable.Range(0, count).Select(at => new TaskName(Tenant, $"{prefix}-{at}")).ToArray();
        foreach (var task in tasks)
        {
            await Core.Tasks.RegisterAsync(Mutation(), task, pool, null, new TaskSpec(strategy, n, 1), [], default);
            made?.Invoke(1);
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

    /// <summary>A row of token ids, every token but the first labelled.</summary>
    public TrainingExample Row(TaskName task, int tokens, int seed) => new(task, new TokenExample(
        [.. Enumerable.Range(0, tokens).Select(at => (at * 7919 + seed * 104729) % Core.Model.Config.VocabularySize)],
        [.. Enumerable.Repeat(1f, tokens)]));

    /// <summary>A greedy row with a prompt that was not there before; null for the base. Ends are ignored: it makes all its tokens.</summary>
    public GenerationRow NewRow(TaskName? task, int promptTokens, int newTokens) => new(
        new ModelSource(task, null), Prompts.Next(promptTokens), SamplingOptions.Greedy, [], newTokens, null)
    { IgnoresEnds = true };

    /// <summary>Runs the rows in one call, and tells when their tokens came.</summary>
    public async Task<TokenClock> RunAsync(params IReadOnlyList<GenerationRow> rows)
    {
        var clock = new TokenClock(rows.Count);
        await foreach (var news in Core.Generation.RunAsync(Tenant, rows, default))
        {
            clock.Add(news.Row, news.Tokens.Count);
            if (news.Finish?.Failure is { } failure)
            {
                throw failure;
            }
        }

        return clock;
    }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }
}
