using System.Security.Cryptography;
using CoLA.Core.Artifacts;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>
/// The rules of sessions: what they may hold, where they begin, what lasts of them. Only its opener sees a session.
/// It knows nothing of the training itself. Thread-safe.
/// </summary>
/// <param name="data">Where they last.</param>
/// <param name="baseModel">The base model that the server runs.</param>
public sealed class SessionCatalog(DataDirectory data, BaseModelIdentity baseModel)
{
    private const int IdLength = 16;
    private const string OpenAction = "OpenSession";
    private const string SaveAction = "SaveState";
    private const string LoadAction = "LoadState";
    private const string PublishAction = "Publish";
    private const string CloseAction = "CloseSession";
    private const string ExpireAction = "ExpireSession";
    private const string ResumeAction = "ResumeSession";
    private const string DropAction = "DropStates";

    private readonly Ledger _ledger = data.Ledger;

    /// <summary>Opens a session at one pool version, holding its tasks.</summary>
    /// <exception cref="PermissionRejection">The caller sees a task but lacks TRAIN on it.</exception>
    /// <exception cref="PreconditionRejection">A task is held by a session, is of another pool, or is pinned to another version.</exception>
    public Task<SessionSnapshot> OpenAsync(Mutation mutation, OpenSession asked, CancellationToken cancellation)
    {
        var id = RandomNumberGenerator.GetHexString(IdLength, lowercase: true);
        return _ledger.ActAsync(
            mutation,
            OpenAction,
            registry => Snapshots.Of(registry, new SessionOpening(registry, mutation.Tenant, asked, baseModel).Open(id, _ledger.Now)),
            cancellation);
    }

    public SessionSnapshot Get(TenantId caller, SessionName name) =>
        _ledger.Read(registry => Snapshots.Of(registry, Access.OwnSession(registry, caller, name)));

    /// <summary>As <see cref="Get"/>; null where it is not there.</summary>
    public SessionSnapshot? Find(TenantId caller, SessionName name) => _ledger.Read(registry =>
        Access.FindOwnSession(registry, caller, name) is { } session ? Snapshots.Of(registry, session) : null);

    /// <summary>Every tenant's open sessions on pools of this base model, oldest first; not those that have expired.</summary>
    public IReadOnlyList<SessionSnapshot> ListOpen() => _ledger.Read<IReadOnlyList<SessionSnapshot>>(registry =>
        [.. registry.Sessions.List()
            .Where(
                session => session.Released is null
                    && string.Equals(registry.Pools.Get(session.Pool).BaseSha256, baseModel.Sha256, StringComparison.OrdinalIgnoreCase))
            .Select(session => Snapshots.Of(registry, session))]);

    /// <summary>The saved states of a session, oldest first.</summary>
    public IReadOnlyList<SavedState> ListStates(TenantId caller, SessionName name) => _ledger.Read<IReadOnlyList<SavedState>>(registry =>
    {
        var session = Access.OwnSession(registry, caller, name);
        return [.. registry.Sessions.States(session.Key).Select(state => Snapshots.Of(session, state))];
    });

    public SavedState GetState(TenantId caller, SessionStateName name) => _ledger.Read(registry =>
    {
        var session = Access.OwnSession(registry, caller, name.Session);
        return Snapshots.Of(session, State(registry, session, name));
    });

    /// <summary>The reply that this SaveState got before; null where it is new. Ask before the state is written.</summary>
    public SavedState? FindSavedState(Mutation mutation) => _ledger.FindReply<SavedState>(mutation, SaveAction);

    /// <summary>The reply that this LoadState got before; null where it is new. Ask before the state is loaded.</summary>
    public SessionSnapshot? FindLoad(Mutation mutation) => _ledger.FindReply<SessionSnapshot>(mutation, LoadAction);

    /// <summary>The reply that this Publish got before; null where it is new. Ask before the matrices are written.</summary>
    public Publication? FindPublication(Mutation mutation) => _ledger.FindReply<Publication>(mutation, PublishAction);

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
        registry =>
        {
            var session = Access.OwnSession(registry, mutation.Tenant, name);
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
            registry.Sessions.InsertState(row);
            session = session with { StatesMade = row.Number };
            StandAt(registry, session, row, sequence, lastRequestHash, lastReplyJson);
            return Snapshots.Of(session, row);
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
        registry =>
        {
            var session = Access.OwnSession(registry, mutation.Tenant, name.Session);
            var state = State(registry, session, name);
            return Snapshots.Of(registry, StandAt(registry, session with { PoolVersion = state.PoolVersion }, state, sequence, lastRequestHash, lastReplyJson));
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
        registry =>
        {
            var session = Access.OwnSession(registry, mutation.Tenant, name);
            Access.RequireBase(registry.Pools.Get(session.Pool), baseModel);
            return new Publishing(registry, session, _ledger.Now).Publish(poolMatrices, heads, serve, makeCurrent);
        },
        cancellation,
        [.. heads.Values, .. poolMatrices is null ? Array.Empty<Artifact>() : [poolMatrices]]);

    /// <summary>The session was idle for too long: it lets go of its tasks and stands where a restart would put it.</summary>
    public Task ExpireAsync(SessionSnapshot session, CancellationToken cancellation) =>
        ActAsync(session.Opener, session.Name, ExpireAction, (registry, row) => new SessionExpiry(registry, row).Expire(), cancellation);

    /// <summary>Takes an expired session's tasks up again, without those that were deleted or whose TRAIN was revoked meanwhile.</summary>
    /// <exception cref="PreconditionRejection">One is in another session now, or what the session began with is gone.</exception>
    public Task<SessionSnapshot> ResumeAsync(SessionSnapshot session, CancellationToken cancellation) =>
        ActAsync(session.Opener, session.Name, ResumeAction, (registry, row) => new SessionExpiry(registry, row).Resume(), cancellation);

    /// <summary>Drops saved states, but not the one that the session stands at.</summary>
    internal Task DropStatesAsync(TenantId opener, SessionName name, IReadOnlySet<int> kept, CancellationToken cancellation) => ActAsync(
        opener,
        name,
        DropAction,
        (registry, row) =>
        {
            foreach (var state in registry.Sessions.States(row.Key).Where(state => state.Number != row.StandState && !kept.Contains(state.Number)))
            {
                registry.Sessions.DeleteState(row.Key, state.Number);
                registry.Files.LetGoOf(state.Sha256);
            }

            Retention.Apply(registry, row.Pool);
            return row;
        },
        cancellation);

    /// <summary>Lets go of the tasks and drops the saved states.</summary>
    public Task CloseAsync(Mutation mutation, SessionName name, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        CloseAction,
        registry =>
        {
            var session = Access.OwnSession(registry, mutation.Tenant, name);
            var tasks = registry.Sessions.Tasks(session.Key);
            foreach (var state in registry.Sessions.States(session.Key))
            {
                registry.Files.LetGoOf(state.Sha256);
            }

            registry.Sessions.Delete(session.Key);
            Retention.Apply(registry, session.Pool, tasks.Select(task => task.Task));
            return true;
        },
        cancellation);

    /// <summary>A change that the server makes of itself.</summary>
    private Task<SessionSnapshot> ActAsync(
        TenantId opener,
        SessionName name,
        string action,
        Func<RegistryTransaction, SessionRow, SessionRow> act,
        CancellationToken cancellation) => _ledger.ActAsync(
        new Mutation(opener, $"{action}-{Guid.NewGuid():N}", []),
        action,
        registry => Snapshots.Of(registry, act(registry, Access.OwnSession(registry, opener, name))),
        cancellation);

    private static SessionStateRow State(RegistryTransaction registry, SessionRow session, SessionStateName name) =>
        registry.Sessions.FindState(session.Key, name.Number) ?? throw Access.NotFound(name.ToString());

    private static SessionRow StandAt(
        RegistryTransaction registry,
        SessionRow session,
        SessionStateRow state,
        long sequence,
        byte[]? lastRequestHash,
        string? lastReplyJson)
    {
        session = session with
        {
            StandState = state.Number,
            StandSequence = sequence,
            StandRequestHash = lastRequestHash,
            StandReply = lastReplyJson,
        };
        registry.Sessions.Update(session);
        Retention.Apply(registry, session.Pool, registry.Sessions.Tasks(session.Key).Select(task => task.Task));
        return session;
    }
}
