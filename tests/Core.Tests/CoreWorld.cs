using System.Security.Cryptography;
using System.Text;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Data.Examples;
using CoLA.Core.Inference;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Sequences;
using CoLA.Core.Telemetry;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;
using CoLA.TestKit;

namespace CoLA.Core.Tests;

/// <summary>The whole core on a small random model, in a directory of its own, with short words for what tests do.</summary>
internal sealed class CoreWorld : IAsyncDisposable
{
    public static readonly TenantId Acme = new("acme");
    public static readonly TenantId Globex = new("globex");
    public static readonly PoolName Pool = new("p");

    private readonly TemporaryDirectory _directory = new();
    private readonly TemporaryDirectory? _ownModel;
    private readonly ColaOptions _options;
    private int _requests;

    private readonly ColaTelemetry? _telemetry;
    private readonly TimeProvider _time;

    /// <param name="options">Of the engine.</param>
    /// <param name="telemetry">Whom to tell.</param>
    /// <param name="time">The clock.</param>
    /// <param name="model">A model that is there already; null for a small random one.</param>
    public CoreWorld(ColaOptions? options = null, ColaTelemetry? telemetry = null, TimeProvider? time = null, string? model = null)
    {
        _time = time ?? TimeProvider.System;
        _telemetry = telemetry;
        _options = options ?? new ColaOptions();
        _ownModel = model is null ? new TemporaryDirectory() : null;
        ModelDirectory = model ?? RandomModel.Write(_ownModel!);
        Core = Open();
    }

    public string ModelDirectory { get; }

    public string MatricesDirectory => _directory.PathOf("data/matrices");

    public string EvictedDirectory => _directory.PathOf("data/evicted");

    public ColaCore Core { get; private set; }

    public CancellationToken Cancellation { get; } = Xunit.TestContext.Current.CancellationToken;

    /// <summary>As after a crash that lost nothing on the disk.</summary>
    public async Task RestartAsync()
    {
        await Core.DisposeAsync();
        Core = Open();
    }

    public Mutation Mutation(TenantId? tenant = null) => new(tenant ?? Acme, $"r{++_requests}", [1]);

    public Task<PoolSnapshot> MakePoolAsync(
        int m = 2, Initialisation initialisation = Initialisation.Gaussian, int rank = 4, Target[]? targets = null, bool sharedHead = false) =>
        Core.Pools.CreateAsync(
            Mutation(),
            Pool.Pool,
            new PoolSpec(targets ?? Enum.GetValues<Target>(), m, rank, 2 * rank, initialisation, null, 5, sharedHead),
            new PoolSharing(PoolVisibility.Public, []),
            Cancellation);

    public async Task<TaskName> MakeTaskAsync(string id, Strategy strategy = Strategy.Heuristic, int n = 3, TenantId? tenant = null, params TaskGrant[] grants)
    {
        var name = new TaskName(tenant ?? Acme, id);
        await Core.Tasks.RegisterAsync(Mutation(tenant), name, Pool, null, new TaskSpec(strategy, n, 7), grants, Cancellation);
        return name;
    }

    /// <summary>A published task on a pool of its own making whose weights are so large that its logits are not finite.</summary>
    public async Task<TaskName> MakeBrokenTaskAsync()
    {
        await MakePoolAsync();
        var task = await MakeTaskAsync("broken");
        var session = (await OpenAsync([task], rate: 1e30)).Session.Name;
        await StepAsync(session, 1, Example(task, "a", "b"));
        await Core.Sessions.PublishAsync(Mutation(), session, new PublishSpec(), Cancellation);
        return task;
    }

    public Task<SessionView> OpenAsync(
        TaskName[] tasks,
        bool frozen = false,
        double rate = 1e-2,
        double dropout = 0,
        RankBudgetSpec? budget = null,
        TenantId? tenant = null) => Core.Sessions.OpenAsync(
        Mutation(tenant),
        new OpenSessionSpec(
            Pool,
            null,
            [.. tasks.Select(task => new SessionTaskSpec(task, new OptimizerSpec(rate), dropout, budget))],
            frozen ? null : new OptimizerSpec(rate),
            false),
        Cancellation);

    public Task<StepReport> StepAsync(SessionName session, long sequence, params TrainingExample[] examples) =>
        Core.Steps.TrainStepAsync(Call(session, sequence, examples), new BatchSpec(examples), Cancellation);

    public Task<LossReport> ForwardBackwardAsync(SessionName session, long sequence, BatchSpec batch) =>
        Core.Steps.ForwardBackwardAsync(Call(session, sequence, [.. batch.Examples]), batch, Cancellation);

    public Task<OptimStepReport> OptimStepAsync(SessionName session, long sequence, OptimStepSpec? spec = null) =>
        Core.Steps.OptimStepAsync(Call(session, sequence), spec ?? new OptimStepSpec(), Cancellation);

    public static NumberedCall Call(SessionName session, long sequence, params TrainingExample[] examples) => new(Acme, session, sequence, HashOf(examples));

    public static TrainingExample Example(TaskName task, string prompt, string completion) => new(task, new CompletionExample(prompt, completion));

    /// <summary>Greedy rows, each under a task or, for null, the base; all in one batch.</summary>
    public async Task<IReadOnlyList<IReadOnlyList<GeneratedToken>>> GenerateAsync(int tokens, params (TaskName? Task, string Prompt)[] rows)
    {
        var answers = rows.Select(_ => new List<GeneratedToken>()).ToArray();
        var asked = rows.Select(row => new GenerationRow(
            new ModelSource(row.Task, null), new TextPrompt(row.Prompt), SamplingOptions.Greedy, [], tokens, 0)).ToArray();
        await foreach (var news in Core.Generation.RunAsync(Acme, asked, Cancellation))
        {
            if (news.Finish is { Failure: { } failure })
            {
                throw failure;
            }

            answers[news.Row].AddRange(news.Tokens);
        }

        return answers;
    }

    /// <summary>Log-probability of a continuation under a task's served version, or the base.</summary>
    public async Task<double> ScoreAsync(TaskName? task, string prompt, string continuation)
    {
        var scores = await Core.Scoring.RunAsync(
            Acme, [new ScoreRow(new ModelSource(task, null), new TextPrompt(prompt), [new TextContinuation(continuation)])], Cancellation);
        return scores[0].Failure is { } failure ? throw failure : scores[0].Continuations[0].LogProbability;
    }

    /// <summary>Keeps the engine from its next step until the result is disposed.</summary>
    public async Task<IDisposable> HoldEngineAsync()
    {
        var hold = new EngineHold();
        _ = Core.Engine.RunAsync(Acme, hold.Units(), Cancellation);
        await hold.Reached;
        return hold;
    }

    public async ValueTask DisposeAsync()
    {
        await Core.DisposeAsync();
        _directory.Dispose();
        _ownModel?.Dispose();
    }

    private static byte[] HashOf(TrainingExample[] examples) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('|', examples.Select(example => example.ToString()))));

    private ColaCore Open() => ColaCore.Open(
        _options with { Model = _options.Model with { Path = ModelDirectory, Device = "cpu" }, DataDirectory = _directory.PathOf("data") }, _time, _telemetry);
}
