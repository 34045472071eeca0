using System.Security.Cryptography;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Ownership;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>
/// The rules of sessions: what they may hold, where they begin, what lasts of them. Only its opener sees a session.
/// It knows nothing of the training itself. Thread-safe.
/// </summary>
public sealed class SessionCatalog
{
    private const string OpenAction = "OpenSession";
    private const string SaveAction = "SaveState";
    private const string LoadAction = "LoadState";
    private const string PublishAction = "Publish";
    private const string CloseAction = "CloseSession";
    private const int IdLength = 16;

    private readonly Ledger _ledger;
    private readonly BaseModelIdentity _baseModel;
    private readonly IOwnership _ownership;

    /// <param name="ledger">Where they are recorded.</param>
    /// <param name="baseModel">The base model that the server runs.</param>
    /// <param name="ownership">Which sessions this process looks after.</param>
    internal SessionCatalog(Ledger ledger, BaseModelIdentity baseModel, IOwnership ownership)
    {
        _ledger = ledger;
        _baseModel = baseModel;
        _ownership = ownership;
    }

    /// <summary>Opens a session at one pool version, holding its tasks.</summary>
    /// <exception cref="PermissionRejection">The caller sees a task but lacks TRAIN on it.</exception>
    /// <exception cref="PreconditionRejection">A task is held by a session, is of another pool, or is pinned to another version.</exception>
    public Task<SessionSnapshot> OpenAsync(Mutation mutation, OpenSession asked, CancellationToken cancellation)
    {
        var id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true);
        var opening = new SessionOpening(mutation.Tenant, asked, _baseModel);
        return _ledger.ActAsync(
            mutation,
            OpenAction,
            async registry =>
                await SessionSnapshots.OfAsync(registry, await opening.OpenAsync(registry, id, _ledger.Now).ConfigureAwait(false)).ConfigureAwait(false),
            cancellation);
    }

    /// <exception cref="NotFoundRejection">There is none of that name, or the caller did not open it.</exception>
    public ValueTask<SessionSnapshot> GetAsync(TenantId caller, SessionName name, CancellationToken cancellation) => _ledger.ReadAsync(
        async registry =>
            await SessionSnapshots.OfAsync(registry, await SessionAccess.OwnAsync(registry, caller, name).ConfigureAwait(false)).ConfigureAwait(false),
        cancellation);

    /// <summary>As <see cref="GetAsync"/>; null where it is not found.</summary>
    public ValueTask<SessionSnapshot?> FindAsync(TenantId caller, SessionName name, CancellationToken cancellation) => _ledger.ReadAsync(
        async registry => await SessionAccess.FindOwnAsync(registry, caller, name).ConfigureAwait(false) is { } session
            ? await SessionSnapshots.OfAsync(registry, session).ConfigureAwait(false)
            : null,
        cancellation);

    /// <summary>
    /// Every tenant's open sessions that this process owns, on pools of this base model, oldest first; not those that have
    /// expired.
    /// </summary>
    public ValueTask<IReadOnlyList<SessionSnapshot>> ListOpenAsync(CancellationToken cancellation) => _ledger.ReadAsync<IReadOnlyList<SessionSnapshot>>(
        async registry =>
        {
            var open = new List<SessionSnapshot>();
            foreach (var session in await Paging.AllAsync(0L, session => session.Key, registry.Sessions.ListAsync).ConfigureAwait(false))
            {
                if (session.Released is null
                    && _ownership.Owns(SessionSnapshots.NameOf(session))
                    && PoolAccess.IsOf(await registry.Pools.GetAsync(session.Pool).ConfigureAwait(false), _baseModel))
                {
                    open.Add(await SessionSnapshots.OfAsync(registry, session).ConfigureAwait(false));
                }
            }

            return open;
        },
        cancellation);

    /// <summary>The saved states of a session, oldest first.</summary>
    public ValueTask<IReadOnlyList<SavedState>> ListStatesAsync(TenantId caller, SessionName name, CancellationToken cancellation) =>
        _ledger.ReadAsync<IReadOnlyList<SavedState>>(
            async registry =>
            {
                var session = await SessionAccess.OwnAsync(registry, caller, name).ConfigureAwait(false);
                return [.. (await SessionAccess.StatesAsync(registry, session).ConfigureAwait(false)).Select(state => SessionSnapshots.Of(session, state))];
            },
            cancellation);

    /// <exception cref="NotFoundRejection">There is none of that name, or the caller did not open its session.</exception>
    public ValueTask<SavedState> GetStateAsync(TenantId caller, SessionStateName name, CancellationToken cancellation) => _ledger.ReadAsync(
        async registry =>
        {
            var session = await SessionAccess.OwnAsync(registry, caller, name.Session).ConfigureAwait(false);
            return SessionSnapshots.Of(session, await SessionAccess.StateAsync(registry, session, name).ConfigureAwait(false));
        },
        cancellation);

    /// <summary>The reply that this SaveState got before; null where it is new. Ask before the state is written.</summary>
    public ValueTask<SavedState?> FindSavedStateAsync(Mutation mutation, CancellationToken cancellation) =>
        _ledger.FindReplyAsync<SavedState>(mutation, SaveAction, cancellation);

    /// <summary>The reply that this LoadState got before; null where it is new. Ask before the state is loaded.</summary>
    public ValueTask<SessionSnapshot?> FindLoadAsync(Mutation mutation, CancellationToken cancellation) =>
        _ledger.FindReplyAsync<SessionSnapshot>(mutation, LoadAction, cancellation);

    /// <summary>The reply that this Publish got before; null where it is new. Ask before the matrices are written.</summary>
    public ValueTask<Publication?> FindPublicationAsync(Mutation mutation, CancellationToken cancellation) =>
        _ledger.FindReplyAsync<Publication>(mutation, PublishAction, cancellation);

    /// <summary>Names a saved state, at which the session stands from now on.</summary>
    /// <param name="mutation">The session's opener.</param>
    /// <param name="name">The session.</param>
    /// <param name="sequence">The last accepted sequence number, 0 where there was none.</param>
    /// <param name="state">What was written.</param>
    /// <param name="lastRequestHash">Hash of the request of that number.</param>
    /// <param name="lastReplyJson">Its reply.</param>
    /// <param name="cancellation">Ends the wait for one's turn.</param>
    public Task<SavedState> RecordStateAsync(
        Mutation mutation,
        SessionName name,
        long sequence,
        Artifact state,
        byte[]? lastRequestHash,
        string? lastReplyJson,
        CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        SaveAction,
        async registry =>
        {
            var session = await SessionAccess.OwnAsync(registry, mutation.Tenant, name).ConfigureAwait(false);
            var row = new SessionStateRow
            {
                Session = session.Key,
                Number = session.StatesMade + 1,
                Sequence = sequence,
                PoolVersion = session.PoolVersion,
                Sha256 = state.Sha256,
                Bytes = state.Bytes,
                LastRequestHash = lastRequestHash,
                LastReply = lastReplyJson,
                Created = _ledger.Now,
            };
            registry.Put(row);
            session = session with { StatesMade = row.Number };
            session = await StandAtAsync(registry, session, row, sequence, lastRequestHash, lastReplyJson).ConfigureAwait(false);
            return SessionSnapshots.Of(session, row);
        },
        cancellation,
        state);

    /// <summary>
    /// The session goes on from a saved state and stands there from now on. Sequence numbers are not set back: a restart
    /// finds the state with the number that had been reached when it was loaded.
    /// </summary>
    public Task<SessionSnapshot> RecordLoadAsync(
        Mutation mutation,
        SessionStateName name,
        long sequence,
        byte[]? lastRequestHash,
        string? lastReplyJson,
        CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        LoadAction,
        async registry =>
        {
            var session = await SessionAccess.OwnAsync(registry, mutation.Tenant, name.Session).ConfigureAwait(false);
            var state = await SessionAccess.StateAsync(registry, session, name).ConfigureAwait(false);
            session = session with { PoolVersion = state.PoolVersion };
            session = await StandAtAsync(registry, session, state, sequence, lastRequestHash, lastReplyJson).ConfigureAwait(false);
            return await SessionSnapshots.OfAsync(registry, session).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>
    /// Makes one new pool version (none with A_FROZEN) and a new version of every task of the session, all or nothing;
    /// the session goes on from them.
    /// </summary>
    /// <param name="mutation">The session's opener.</param>
    /// <param name="name">The session.</param>
    /// <param name="poolMatrices">The new A; null exactly with A_FROZEN.</param>
    /// <param name="heads">The new heads of every task of the session.</param>
    /// <param name="serve">Switch the tasks that the caller owns or has PUBLISH on.</param>
    /// <param name="makeCurrent">Move the pool's current version, where the caller owns the pool.</param>
    /// <param name="cancellation">Ends the wait for one's turn.</param>
    /// <exception cref="PreconditionRejection">The session's tasks are not those of <paramref name="heads"/>: one was taken out meanwhile.</exception>
    public Task<Publication> RecordPublicationAsync(
        Mutation mutation,
        SessionName name,
        Artifact? poolMatrices,
        IReadOnlyDictionary<TaskName, Artifact> heads,
        bool serve,
        bool makeCurrent,
        CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        PublishAction,
        async registry =>
        {
            var session = await SessionAccess.OwnAsync(registry, mutation.Tenant, name).ConfigureAwait(false);
            PoolAccess.RequireBase(await registry.Pools.GetAsync(session.Pool).ConfigureAwait(false), _baseModel);
            return await new Publishing(registry, session, _ledger.Now).PublishAsync(poolMatrices, heads, serve, makeCurrent).ConfigureAwait(false);
        },
        cancellation,
        [.. heads.Values, .. poolMatrices is null ? Array.Empty<Artifact>() : [poolMatrices]]);

    /// <summary>The session was idle for too long: it lets go of its tasks and stands where a restart would put it.</summary>
    public Task ExpireAsync(SessionSnapshot session, CancellationToken cancellation) =>
        ChangeAsync(session.Opener, session.Name, SessionExpiry.ExpireAsync, cancellation);

    /// <summary>Takes an expired session's tasks up again, without those that were deleted or whose TRAIN was revoked meanwhile.</summary>
    /// <exception cref="PreconditionRejection">One is in another session now, or what the session began with is gone.</exception>
    public Task<SessionSnapshot> ResumeAsync(SessionSnapshot session, CancellationToken cancellation) =>
        ChangeAsync(session.Opener, session.Name, SessionExpiry.ResumeAsync, cancellation);

    /// <summary>Drops saved states, but not the one that the session stands at.</summary>
    internal Task DropStatesAsync(TenantId opener, SessionName name, IReadOnlySet<int> kept, CancellationToken cancellation) => ChangeAsync(
        opener,
        name,
        async (registry, session) =>
        {
            var states = await SessionAccess.StatesAsync(registry, session).ConfigureAwait(false);
            Drop(registry, states.Where(state => state.Number != session.StandState && !kept.Contains(state.Number)));
            await Retention.ApplyAsync(registry, session.Pool).ConfigureAwait(false);
            return session;
        },
        cancellation);

    /// <summary>Lets go of the tasks and drops the saved states.</summary>
    public Task CloseAsync(Mutation mutation, SessionName name, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        CloseAction,
        async registry =>
        {
            var session = await SessionAccess.OwnAsync(registry, mutation.Tenant, name).ConfigureAwait(false);
            var tasks = await registry.Sessions.ListTasksAsync(session.Key).ConfigureAwait(false);
            foreach (var task in tasks)
            {
                registry.Delete(task);
            }

            Drop(registry, await SessionAccess.StatesAsync(registry, session).ConfigureAwait(false));
            registry.Delete(session);
            await Retention.ApplyAsync(registry, session.Pool, tasks.Select(task => task.Task)).ConfigureAwait(false);
            return true;
        },
        cancellation);

    /// <summary>A change that the server makes by itself.</summary>
    private Task<SessionSnapshot> ChangeAsync(
        TenantId opener,
        SessionName name,
        Func<IRegistryTransaction, SessionRow, ValueTask<SessionRow>> change,
        CancellationToken cancellation) => _ledger.ActAsync(
        async registry =>
        {
            var session = await SessionAccess.OwnAsync(registry, opener, name).ConfigureAwait(false);
            return await SessionSnapshots.OfAsync(registry, await change(registry, session).ConfigureAwait(false)).ConfigureAwait(false);
        },
        cancellation);

    private static void Drop(IRegistryTransaction registry, IEnumerable<SessionStateRow> states)
    {
        foreach (var state in states)
        {
            registry.Delete(state);
            registry.LetGoOf(state.Sha256);
        }
    }

    private static async ValueTask<SessionRow> StandAtAsync(
        IRegistryTransaction registry,
        SessionRow session,
        SessionStateRow state,
        long sequence,
        byte[]? lastRequestHash,
        string? lastReplyJson)
    {
        session = session with
        {
            StandPoolVersion = state.PoolVersion,
            StandState = state.Number,
            StandSequence = sequence,
            StandRequestHash = lastRequestHash,
            StandReply = lastReplyJson,
        };
        registry.Put(session);
        var tasks = await registry.Sessions.ListTasksAsync(session.Key).ConfigureAwait(false);
        await Retention.ApplyAsync(registry, session.Pool, tasks.Select(task => task.Task)).ConfigureAwait(false);
        return session;
    }
}
