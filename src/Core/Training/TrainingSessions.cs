using System.Collections.Concurrent;
using CoLA.Core.Adapters;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Engine;
using CoLA.Core.Kernels;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Telemetry;
using CoLA.Core.Tenancy;

namespace CoLA.Core.Training;

/// <summary>
/// Training sessions of all tenants. A session's calls run one after the other; its tensors live with the engine from the
/// first call that needs them, and can always be made again from where the registry says that the session stands.
/// </summary>
public sealed class TrainingSessions : IDisposable
{
    private readonly ConcurrentDictionary<SessionName, LiveSession> _live = new();
    private readonly SessionCatalog _catalog;
    private readonly ArtifactStore _artifacts;
    private readonly Engine.Engine _engine;
    private readonly SessionLoader _loader;
    private readonly ExampleEncoder _encoder;
    private readonly int _tokenBudget;
    private readonly TokenMetrics _tokens;

    internal TrainingSessions(SessionCatalog catalog, ArtifactStore artifacts, Engine.Engine engine, BaseModel model, EngineOptions options, TokenMetrics tokens)
    {
        _catalog = catalog;
        _artifacts = artifacts;
        _engine = engine;
        _loader = new SessionLoader(engine, artifacts);
        _encoder = new ExampleEncoder(model.Config, model.Tokenizer);
        _tokenBudget = options.TrainingTokens;
        _tokens = tokens;
    }

    /// <summary>Opens a session; nothing outside sees what it trains until it is published.</summary>
    /// <exception cref="InvalidArgumentRejection">A setting is out of range.</exception>
    /// <exception cref="PreconditionRejection">A task is held by another session, or pinned to another pool version.</exception>
    public async Task<SessionView> OpenAsync(Mutation mutation, OpenSessionSpec spec, CancellationToken cancellation)
    {
        spec.Validate();
        var session = await _catalog.OpenAsync(
            mutation,
            new OpenSession(
                spec.Pool,
                spec.PoolVersion,
                [.. spec.Tasks.Select(task => task.Task)],
                spec.PoolOptimizer is not null,
                spec.Rebase,
                new SessionSettings(spec.Tasks, spec.PoolOptimizer).ToJson(),
                spec.Tasks.Where(task => task.Budget is not null).Select(task => task.Task).ToHashSet()),
            cancellation).ConfigureAwait(false);
        return View(session, _live.GetValueOrDefault(session.Name));
    }

    /// <summary>One optimizer step of the tasks in <paramref name="examples"/>, and of the pool unless A is frozen.</summary>
    /// <param name="caller">The session's opener.</param>
    /// <param name="name">The session.</param>
    /// <param name="sequence">The next number, or the last one again: then the kept reply is given.</param>
    /// <param name="requestHash">Hash of the whole request.</param>
    /// <param name="examples">At least one.</param>
    /// <param name="cancellation">Seen within the step, which then has changed nothing.</param>
    /// <exception cref="PreconditionRejection">Not the next number, or a loss that is not finite; nothing has changed.</exception>
    public Task<StepReport> TrainStepAsync(
        TenantId caller,
        SessionName name,
        long sequence,
        byte[] requestHash,
        IReadOnlyList<TrainingExample> examples,
        CancellationToken cancellation) => EnterAsync(
        caller,
        name,
        async (session, live) =>
        {
            if (live.ReplyTo(name, sequence, requestHash) is { } kept)
            {
                return kept;
            }

            var rows = Encode(session, examples);
            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            var step = new TrainingStep(_engine.Model, tensors.Pool, tensors.Tasks, rows, _tokenBudget);
            StepReport? report = null;
            IEnumerable<Unit> Run()
            {
                foreach (var unit in step.Gradients())
                {
                    yield return unit;
                }

                report = step.Apply();
                live.Accept(sequence, requestHash, report);
            }

            await _engine.RunAsync(caller, Run(), cancellation).ConfigureAwait(false);
            foreach (var task in rows.Where(row => row is { Task: not null, Weight: > 0 }).GroupBy(row => row.Task))
            {
                _tokens.Of(caller, task.Key).Trained(task.Sum(row => (long)row.Ids.Count));
            }

            return report!;
        },
        cancellation);

    /// <summary>Losses of the working copies, changing nothing; random couplings by their mean, as they are served.</summary>
    public Task<IReadOnlyDictionary<TaskName, TaskLoss>> EvaluateAsync(
        TenantId caller,
        SessionName name,
        IReadOnlyList<TrainingExample> examples,
        CancellationToken cancellation) => EnterAsync(
        caller,
        name,
        async (session, live) =>
        {
            var rows = Encode(session, examples);
            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            var pass = new TrainingPass(_engine.Model, tensors.Pool, tensors.Tasks, rows) { TokenBudget = _tokenBudget };
            await _engine.RunAsync(caller, pass.Run(gradients: false), cancellation).ConfigureAwait(false);
            return pass.Losses;
        },
        cancellation);

    /// <summary>Makes one new pool version (none with A_FROZEN) and a new version of every task, served at once where the caller may.</summary>
    public Task<Publication> PublishAsync(Mutation mutation, SessionName name, bool serve, bool makeCurrent, CancellationToken cancellation) => EnterAsync(
        mutation.Tenant,
        name,
        async (session, live) =>
        {
            if (_catalog.FindPublication(mutation) is { } made)
            {
                return made;
            }

            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            var (pool, heads) = await _engine.CallAsync(() => (
                session.PoolTrainable ? tensors.Pool.A.Weights.ToHost() : null,
                tensors.Tasks.ToDictionary(task => task.Key, task => task.Value.Heads.Weights.ToHost()))).ConfigureAwait(false);
            try
            {
                var poolArtifact = pool is null ? null : _artifacts.Write(stream => AdapterFiles.WritePool(stream, new PoolMatrices(pool, null)));
                var headArtifacts = heads.ToDictionary(
                    task => task.Key,
                    task => _artifacts.Write(stream => AdapterFiles.WriteHeads(stream, task.Value)));
                return await _catalog.RecordPublicationAsync(mutation, name, poolArtifact, headArtifacts, serve, makeCurrent, cancellation)
                    .ConfigureAwait(false);
            }
            finally
            {
                pool?.Dispose();
                foreach (var copy in heads.Values)
                {
                    copy.Dispose();
                }
            }
        },
        cancellation);

    /// <summary>Saves working copies, optimizers and the last reply; a restart goes on from here.</summary>
    public Task<SavedState> SaveStateAsync(Mutation mutation, SessionName name, CancellationToken cancellation) => EnterAsync(
        mutation.Tenant,
        name,
        async (session, live) =>
        {
            if (_catalog.FindSavedState(mutation) is { } saved)
            {
                return saved;
            }

            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            using var state = await _engine.CallAsync(() => SessionState.Capture(tensors)).ConfigureAwait(false);
            return await _catalog.RecordStateAsync(
                mutation,
                name,
                live.Sequence,
                _artifacts.Write(state.Write),
                live.LastRequestHash,
                live.LastReplyJson,
                cancellation).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>Goes back to a saved state. The sequence number is not set back.</summary>
    public Task<SessionView> LoadStateAsync(Mutation mutation, SessionStateName state, CancellationToken cancellation) => EnterAsync(
        mutation.Tenant,
        state.Session,
        async (session, live) =>
        {
            if (_catalog.FindLoad(mutation) is { } loaded)
            {
                return View(loaded, live);
            }

            var path = _artifacts.Open(_catalog.GetState(mutation.Tenant, state).Artifact);
            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            var record = await _catalog.RecordLoadAsync(
                mutation, state, live.Sequence, live.LastRequestHash, live.LastReplyJson, cancellation).ConfigureAwait(false);
            await _engine.CallAsync(() =>
            {
                SessionState.Restore(path, tensors);
                return true;
            }).ConfigureAwait(false);
            return View(record, live);
        },
        cancellation);

    /// <summary>Lets go of the session's tasks and drops what was not published.</summary>
    public async Task CloseAsync(Mutation mutation, SessionName name, CancellationToken cancellation)
    {
        if (_catalog.Find(mutation.Tenant, name) is not { } session)
        {
            // It was closed by this request before, or is not there.
            await _catalog.CloseAsync(mutation, name, cancellation).ConfigureAwait(false);
            return;
        }

        var live = LiveOf(session);
        await live.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await _catalog.CloseAsync(mutation, name, cancellation).ConfigureAwait(false);
            live.IsClosed = true;
            _live.TryRemove(name, out _);
            await _loader.FreeAsync(live).ConfigureAwait(false);
            NativeHeap.TrimSoon();
        }
        finally
        {
            live.Gate.Release();
        }
    }

    /// <summary>Frees what the sessions hold; once the engine has stopped, when no step can be using it.</summary>
    public void Dispose()
    {
        foreach (var live in _live.Values)
        {
            live.Tensors?.Dispose();
        }
    }

    // The reply to a retry may tell of a session that is closed, or that stands elsewhere since: nothing is made from it.
    private static SessionView View(SessionSnapshot session, LiveSession? live) => new(
        session,
        (live?.Sequence ?? session.Stand.Sequence) + 1,
        session.Tasks.ToDictionary(
            task => task.Task,
            task => live?.Tensors?.Tasks.GetValueOrDefault(task.Task)?.Optimizer.Step ?? 0));

    private LiveSession LiveOf(SessionSnapshot session) => _live.GetOrAdd(session.Name, _ => new LiveSession(session.Stand));

    private async Task<T> EnterAsync<T>(
        TenantId caller,
        SessionName name,
        Func<SessionSnapshot, LiveSession, Task<T>> call,
        CancellationToken cancellation)
    {
        var live = LiveOf(_catalog.Get(caller, name));
        await live.Gate.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (live.IsClosed)
            {
                throw new NotFoundRejection($"{name} is not there");
            }

            // Asked again inside the gate: a task may have been taken out meanwhile.
            return await call(_catalog.Get(caller, name), live).ConfigureAwait(false);
        }
        finally
        {
            live.Gate.Release();
        }
    }

    private IReadOnlyList<EncodedExample> Encode(SessionSnapshot session, IReadOnlyList<TrainingExample> examples)
    {
        var held = session.Tasks.Select(task => task.Task).ToHashSet();
        InvalidArgumentRejection.ThrowIfAny([.. examples.Index()
            .Where(example => !held.Contains(example.Item.Task))
            .Select(example => new FieldViolation($"examples[{example.Index}].task", $"{example.Item.Task} is not in {session.Name}"))]);
        return _encoder.Encode(examples);
    }
}
