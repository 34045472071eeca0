using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Residency;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>
/// Training sessions of all tenants: opened, saved, published, closed. The first call that needs a session's tensors loads
/// them into the engine. They can always be loaded again from the session's last saved state.
/// </summary>
public sealed class TrainingSessions
{
    private readonly SessionHost _host;
    private readonly SessionCatalog _catalog;
    private readonly ArtifactStore _artifacts;
    private readonly Engine.Engine _engine;
    private readonly SessionLoader _loader;
    private readonly SessionPublisher _publisher;

    internal TrainingSessions(
        SessionHost host, SessionCatalog catalog, ArtifactStore artifacts, Engine.Engine engine, SessionLoader loader, AdapterRenewal renewal)
    {
        _host = host;
        _catalog = catalog;
        _artifacts = artifacts;
        _engine = engine;
        _loader = loader;
        _publisher = new SessionPublisher(catalog, artifacts, engine, renewal);
    }

    /// <summary>Opens a session; nothing outside sees what it trains until it is published.</summary>
    /// <exception cref="InvalidArgumentRejection">A setting is out of range.</exception>
    /// <exception cref="PreconditionRejection">A task is held by another session, or pinned to another pool version.</exception>
    public async Task<SessionView> OpenAsync(Mutation mutation, OpenSessionSpec spec, CancellationToken cancellation)
    {
        spec.Validate();
        var session = await _catalog.OpenAsync(mutation, spec.ToOpening(), cancellation).ConfigureAwait(false);
        return View(session, _host.Find(session.Name));
    }

    /// <summary>Where a session stands, after its earlier calls have ended.</summary>
    public Task<SessionView> GetAsync(TenantId caller, SessionName name, CancellationToken cancellation) => _host.EnterAsync(
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

    /// <summary>Makes one new pool version (none with A_FROZEN) and a new version of every task.</summary>
    /// <exception cref="PreconditionRejection">The session stands before the sequence number that the caller counts on.</exception>
    public Task<Publication> PublishAsync(Mutation mutation, SessionName name, PublishSpec spec, CancellationToken cancellation) => _host.EnterAsync(
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
            return await _publisher.PublishAsync(mutation, session, tensors, spec, cancellation).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>Saves working copies, optimizers and the last reply; a restart continues from here.</summary>
    /// <param name="mutation">Who calls, under which request id.</param>
    /// <param name="name">The session.</param>
    /// <param name="minimumSequence">The last sequence number that the caller knows to be accepted; 0 to save wherever the session stands.</param>
    /// <param name="cancellation">Cancels the wait for earlier calls.</param>
    /// <exception cref="PreconditionRejection">The session stands before that number.</exception>
    public Task<SavedState> SaveStateAsync(Mutation mutation, SessionName name, long minimumSequence, CancellationToken cancellation) => _host.EnterAsync(
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

    /// <summary>Returns to a saved state. The sequence number does not go back.</summary>
    public Task<SessionView> LoadStateAsync(Mutation mutation, SessionStateName state, CancellationToken cancellation) => _host.EnterAsync(
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
                // The evicted state is not needed any more, and its file may be damaged: the session now stands at the saved state.
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

    /// <summary>Releases the session's tasks and discards what was not published.</summary>
    public async Task CloseAsync(Mutation mutation, SessionName name, CancellationToken cancellation)
    {
        if (await _catalog.FindAsync(mutation.Tenant, name, cancellation).ConfigureAwait(false) is not { } session)
        {
            // This request closed it before, or it does not exist.
            await _catalog.CloseAsync(mutation, name, cancellation).ConfigureAwait(false);
            return;
        }

        await _host.CloseAsync(session, () => _catalog.CloseAsync(mutation, name, cancellation), cancellation).ConfigureAwait(false);
    }

    // A repeated request may get a view of a session that is closed by now, so a view never loads tensors.
    private static SessionView View(SessionSnapshot session, LiveSession? live) => new(
        session,
        (live?.Sequence ?? session.Stand.Sequence) + 1,
        session.Tasks.ToDictionary(task => task.Task, task => live?.StepsOf(task.Task) ?? 0));
}
