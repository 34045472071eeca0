using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Residency;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>
/// Training sessions of all tenants: opened, saved, published, closed. A session's tensors live with the engine from the
/// first call that needs them, and can always be made again from where the registry says that the session stands.
/// </summary>
public sealed class TrainingSessions
{
    private readonly SessionHost _live;
    private readonly SessionCatalog _catalog;
    private readonly ArtifactStore _artifacts;
    private readonly Engine.Engine _engine;
    private readonly SessionLoader _loader;
    private readonly AdapterRenewal _renewal;

    internal TrainingSessions(
        SessionHost live, SessionCatalog catalog, ArtifactStore artifacts, Engine.Engine engine, SessionLoader loader, AdapterRenewal renewal)
    {
        _live = live;
        _catalog = catalog;
        _artifacts = artifacts;
        _engine = engine;
        _loader = loader;
        _renewal = renewal;
    }

    /// <summary>Opens a session; nothing outside sees what it trains until it is published.</summary>
    /// <exception cref="InvalidArgumentRejection">A setting is out of range.</exception>
    /// <exception cref="PreconditionRejection">A task is held by another session, or pinned to another pool version.</exception>
    public async Task<SessionView> OpenAsync(Mutation mutation, OpenSessionSpec spec, CancellationToken cancellation)
    {
        spec.Validate();
        var session = await _catalog.OpenAsync(mutation, spec.ToOpening(), cancellation).ConfigureAwait(false);
        return View(session, _live.Find(session.Name));
    }

    /// <summary>Where a session stands, when the calls before have ended.</summary>
    public Task<SessionView> GetAsync(TenantId caller, SessionName name, CancellationToken cancellation) => _live.EnterAsync(
        caller,
        name,
        async (session, live) =>
        {
            if (live.Evicted is null)
            {
                await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            }

            return View(session, live);
        },
        cancellation);

    /// <summary>Makes one new pool version (none with A_FROZEN) and a new version of every task, served at once where the caller may.</summary>
    /// <exception cref="PreconditionRejection">The session stands before the sequence number that the caller counts on.</exception>
    public Task<Publication> PublishAsync(Mutation mutation, SessionName name, PublishSpec spec, CancellationToken cancellation) => _live.EnterAsync(
        mutation.Tenant,
        name,
        async (session, live) =>
        {
            if (await _catalog.FindPublicationAsync(mutation, cancellation).ConfigureAwait(false) is { } made)
            {
                return made;
            }

            live.ThrowIfBefore(spec.MinimumSequence, name);
            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            var (pool, heads, awaited) = await _engine.CallAsync(() => (
                tensors.Pool.A.Weights.OnHost(),
                tensors.Tasks.ToDictionary(task => task.Key, task => task.Value.Heads.Weights.OnHost()),
                _renewal.Awaited(tensors.Tasks.Keys))).ConfigureAwait(false);
            using var renewed = new RenewedAdapters(
                _engine.Model.Config,
                session.PoolSpec,
                pool,
                session.PoolTrainable,
                [.. heads.Where(task => awaited.Contains(task.Key)).Select(task => (task.Key, tensors.Tasks[task.Key].Spec, task.Value))]);
            try
            {
                // Nothing moves the weights meanwhile: the session's next call waits for the end of this one.
                var folded = Task.Run(renewed.Fold);
                var written = _artifacts.WriteAllAsync(
                    [
                        .. heads.Values.Select(matrices => (Action<Stream>)(stream => AdapterFiles.WriteHeads(stream, matrices))),
                        .. session.PoolTrainable ? (Action<Stream>[])[stream => AdapterFiles.WritePool(stream, new PoolMatrices(pool, null))] : [],
                    ]);
                await Task.WhenAll(written, folded).ConfigureAwait(false);
                var artifacts = await written.ConfigureAwait(false);
                var headArtifacts = heads.Keys.Zip(artifacts).ToDictionary(task => task.First, task => task.Second);
                var publication = await _catalog.RecordPublicationAsync(
                    mutation, name, session.PoolTrainable ? artifacts[^1] : null, headArtifacts, spec.Serve, spec.MakeCurrent, cancellation).ConfigureAwait(false);
                await _renewal.RenewAsync(mutation.Tenant, publication, renewed).ConfigureAwait(false);
                return publication;
            }
            finally
            {
                pool.Dispose();
                foreach (var copy in heads.Values)
                {
                    copy.Dispose();
                }
            }
        },
        cancellation);

    /// <summary>Saves working copies, optimizers and the last reply; a restart goes on from here.</summary>
    /// <param name="mutation">Who calls, under which request id.</param>
    /// <param name="name">The session.</param>
    /// <param name="minimumSequence">The last accepted sequence number that the caller counts on; 0 for whatever there is.</param>
    /// <param name="cancellation">Ends the wait for one's turn.</param>
    /// <exception cref="PreconditionRejection">The session stands before that number.</exception>
    public Task<SavedState> SaveStateAsync(Mutation mutation, SessionName name, long minimumSequence, CancellationToken cancellation) => _live.EnterAsync(
        mutation.Tenant,
        name,
        async (session, live) =>
        {
            if (await _catalog.FindSavedStateAsync(mutation, cancellation).ConfigureAwait(false) is { } saved)
            {
                return saved;
            }

            live.ThrowIfBefore(minimumSequence, name);
            var tensors = await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false);
            using var state = await _engine.CallAsync(() => SessionState.Capture(tensors)).ConfigureAwait(false);
            return await _catalog.RecordStateAsync(
                mutation,
                name,
                live.Sequence,
                await _artifacts.WriteAsync(state.Write).ConfigureAwait(false),
                live.LastRequestHash,
                live.LastReplyJson,
                cancellation).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>Goes back to a saved state. The sequence number is not set back.</summary>
    public Task<SessionView> LoadStateAsync(Mutation mutation, SessionStateName state, CancellationToken cancellation) => _live.EnterAsync(
        mutation.Tenant,
        state.Session,
        async (session, live) =>
        {
            if (await _catalog.FindLoadAsync(mutation, cancellation).ConfigureAwait(false) is { } loaded)
            {
                return View(loaded, live);
            }

            var artifact = (await _catalog.GetStateAsync(mutation.Tenant, state, cancellation).ConfigureAwait(false)).Artifact;
            using var saved = SessionState.Read(await _artifacts.MapAsync(artifact).ConfigureAwait(false));
            var tensors = live.Evicted is null ? await _loader.TensorsAsync(session, live, cancellation).ConfigureAwait(false) : null;
            var record = await _catalog.RecordLoadAsync(
                mutation, state, live.Sequence, live.LastRequestHash, live.LastReplyJson, cancellation).ConfigureAwait(false);
            if (tensors is null)
            {
                // What had left the device need not come back, and may be damaged: the state is where the session stands now.
                await _loader.FreeAsync(live).ConfigureAwait(false);
                await _loader.TensorsAsync(record, live, CancellationToken.None).ConfigureAwait(false);
            }
            else
            {
                await _engine.CallAsync(() =>
                {
                    saved.Restore(tensors);
                    return true;
                }).ConfigureAwait(false);
            }

            return View(record, live);
        },
        cancellation);

    /// <summary>Lets go of the session's tasks and drops what was not published.</summary>
    public async Task CloseAsync(Mutation mutation, SessionName name, CancellationToken cancellation)
    {
        if (await _catalog.FindAsync(mutation.Tenant, name, cancellation).ConfigureAwait(false) is not { } session)
        {
            // It was closed by this request before, or is not there.
            await _catalog.CloseAsync(mutation, name, cancellation).ConfigureAwait(false);
            return;
        }

        await _live.CloseAsync(session, () => _catalog.CloseAsync(mutation, name, cancellation), cancellation).ConfigureAwait(false);
    }

    // The reply to a retry may tell of a session that is closed, or that stands elsewhere since: nothing is made from it.
    private static SessionView View(SessionSnapshot session, LiveSession? live) => new(
        session,
        (live?.Sequence ?? session.Stand.Sequence) + 1,
        session.Tasks.ToDictionary(task => task.Task, task => live?.StepsOf(task.Task) ?? 0));
}
