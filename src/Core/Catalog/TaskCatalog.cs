using System.Collections.Concurrent;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>The rules of tasks: who registers, grants, serves, rolls back and deletes them. Thread-safe.</summary>
public sealed class TaskCatalog
{
    private const string RegisterAction = "RegisterTask";

    private readonly Ledger _ledger;
    private readonly BaseModelIdentity _baseModel;

    // Replaced whole by every commit: a read that began before the commit then fills a cache that nobody asks any more.
    private volatile ConcurrentDictionary<(TenantId Caller, TaskName Task, int? Version), TaskVersionSnapshot> _resolved = new();

    /// <param name="data">Where they last.</param>
    /// <param name="baseModel">The base model that the server runs.</param>
    public TaskCatalog(DataDirectory data, BaseModelIdentity baseModel)
    {
        _ledger = data.Ledger;
        _baseModel = baseModel;
        _ledger.Committed += () => _resolved = new();
    }

    /// <summary>A task left an open session because its opener lost TRAIN; raised before the call that revoked it returns.</summary>
    public event Action<SessionName, TaskName>? TakenOutOfSession;

    /// <summary>Makes a task with its version 1, pinned to a pool version and served at once.</summary>
    /// <param name="mutation">The caller owns the task.</param>
    /// <param name="name">Its tenant is the caller.</param>
    /// <param name="poolName">A pool that the caller may use.</param>
    /// <param name="poolVersion">Null for the pool's current version.</param>
    /// <param name="spec">Fixed for its life.</param>
    /// <param name="grants">What other tenants may do with it; empty by default.</param>
    /// <param name="cancellation">Ends the wait for one's turn.</param>
    /// <param name="notes">What its owner should know besides.</param>
    public Task<RegisteredTask> RegisterAsync(
        Mutation mutation,
        TaskName name,
        PoolName poolName,
        int? poolVersion,
        TaskSpec spec,
        IReadOnlyList<TaskGrant> grants,
        CancellationToken cancellation,
        params IReadOnlyList<string> notes) =>
        RegisterAsync(mutation, name, poolName, grants, registration => registration.AsTheBase(poolVersion, spec, notes), cancellation);

    /// <summary>
    /// Makes a task that computes exactly what its neighbour's version computes: it takes that version's strategy, N, pool
    /// version, heads and subtracted product. The heads are a copy, so it depends on its neighbour no longer.
    /// </summary>
    /// <param name="mutation">The caller owns the task, and owns the neighbour or has LEND on it.</param>
    /// <param name="newcomer">The task.</param>
    /// <param name="neighbour">A task of the same pool.</param>
    /// <param name="version">Null for its served version.</param>
    /// <param name="notes">What the owner should know besides.</param>
    /// <param name="cancellation">Ends the wait for one's turn.</param>
    /// <exception cref="InvalidArgumentRejection">Another strategy, N or pool version than the neighbour's was asked for.</exception>
    public Task<RegisteredTask> RegisterFromAsync(
        Mutation mutation,
        Newcomer newcomer,
        TaskName neighbour,
        int? version,
        IReadOnlyList<string> notes,
        CancellationToken cancellation) => RegisterAsync(
        mutation,
        newcomer.Name,
        newcomer.Pool,
        newcomer.Grants,
        registration => registration.From(neighbour, version, newcomer, notes),
        cancellation);

    /// <summary>The reply that this RegisterTask got before; null where it is new.</summary>
    public RegisteredTask? FindRegistered(Mutation mutation) => _ledger.FindReply<RegisteredTask>(mutation, RegisterAction);

    /// <summary>Refuses what registering would refuse whatever the new task starts from.</summary>
    public void RequireRegistrable(TenantId caller, TaskName name, PoolName pool, IReadOnlyList<TaskGrant> grants)
    {
        TaskRegistration.Validate(caller, name, grants);
        _ledger.Read(registry => new TaskRegistration(registry, caller, name, pool, grants, _baseModel, _ledger.Now).RequireFree());
    }

    /// <summary>The served versions of tasks that the caller may start a task from: its own, and those lent to it.</summary>
    /// <param name="caller">May use the pool.</param>
    /// <param name="pool">The tasks' pool.</param>
    /// <param name="candidates">Only these; empty for all.</param>
    /// <param name="most">How many there may be.</param>
    /// <exception cref="InvalidArgumentRejection">There are more, or one is named twice or is on another pool.</exception>
    /// <exception cref="PermissionRejection">The caller sees a candidate but has no LEND on it.</exception>
    public IReadOnlyList<TaskVersionSnapshot> Lent(TenantId caller, PoolName pool, IReadOnlyList<TaskName> candidates, int most) =>
        _ledger.Read(registry => new LentTasks(registry, caller, _baseModel).Find(pool, candidates, most));

    /// <summary>Sets the grants, all of them. Its owner only. Who loses TRAIN loses the task from its open session.</summary>
    public async Task<TaskSnapshot> UpdateAsync(Mutation mutation, TaskName name, IReadOnlyList<TaskGrant> grants, CancellationToken cancellation)
    {
        TaskGrant.Validate(grants, name.Tenant);
        SessionName? left = null;
        var updated = await _ledger.ActAsync(
            mutation,
            "UpdateTask",
            registry =>
            {
                var task = Access.OwnTask(registry, mutation.Tenant, name);
                TaskRegistration.SetGrants(registry, task.Key, grants);
                left = TakeOutOfSession(registry, task);
                return Snapshots.Of(registry, task, mutation.Tenant);
            },
            cancellation).ConfigureAwait(false);
        if (left is { } session)
        {
            TakenOutOfSession?.Invoke(session, name);
        }

        return updated;
    }

    /// <summary>A task that the caller owns or holds a grant on.</summary>
    public TaskSnapshot Get(TenantId caller, TaskName name) =>
        _ledger.Read(registry => Snapshots.Of(registry, Access.VisibleTask(registry, caller, name), caller));

    /// <summary>The caller's tasks, and those granted to it when asked, by name.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="includeGranted">Whether tasks of others, granted to the caller, are listed too.</param>
    /// <param name="pool">Only tasks of this pool; null for all.</param>
    /// <param name="page">Which part.</param>
    public Page<TaskSnapshot> List(TenantId caller, bool includeGranted, PoolName? pool, PageRequest page) => _ledger.Read(registry =>
    {
        // A task's owner sees its pool even when it is shared no longer; a pool that is not there has no tasks.
        var poolKey = pool is { } name ? registry.Pools.Find(name.Pool)?.Key ?? 0 : (long?)null;
        var after = page.After().Split('/') is [var tenant, var task] ? (tenant, task) : ("", "");
        return page.Cut(
            registry.Tasks.List(caller.Value, includeGranted, poolKey, after, page.CheckedSize + 1),
            row => $"{row.Tenant}/{row.Id}",
            row => Snapshots.Of(registry, row, caller));
    });

    /// <summary>The versions that are kept, newest first.</summary>
    public Page<TaskVersionSnapshot> ListVersions(TenantId caller, TaskName name, PageRequest page) => _ledger.Read(registry =>
    {
        var task = Access.VisibleTask(registry, caller, name);
        return page.Cut(
            registry.Tasks.VersionsBefore(task.Key, page.BeforeNumber(), page.CheckedSize + 1),
            row => $"{row.Number}",
            row => Snapshots.Of(registry, task, row, caller));
    });

    /// <summary>Switches what the task serves to any kept version, newer or older. Its owner, or a tenant with PUBLISH.</summary>
    public Task<TaskSnapshot> SetServedVersionAsync(Mutation mutation, TaskName name, int version, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        "SetServedVersion",
        registry =>
        {
            var task = Access.TaskWith(registry, mutation.Tenant, name, Grants.Publish);
            task = task with { ServedVersion = Access.TaskVersion(registry, task, version).Number, TimesServed = task.TimesServed + 1 };
            registry.Tasks.SetServedOrder(Access.TaskVersion(registry, task, version).Key, task.TimesServed);
            registry.Tasks.Update(task);
            Retention.Apply(registry, task.Pool, task.Key);
            return Snapshots.Of(registry, task, mutation.Tenant);
        },
        cancellation);

    /// <summary>Deletes the task and its versions. Its owner only.</summary>
    /// <exception cref="PreconditionRejection">It is in an open session.</exception>
    public Task DeleteAsync(Mutation mutation, TaskName name, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        "DeleteTask",
        registry =>
        {
            var task = Access.OwnTask(registry, mutation.Tenant, name);
            if (registry.Sessions.FindTask(task.Key) is { } held)
            {
                throw SessionOpening.IsHeld(registry, mutation.Tenant, task, held);
            }

            foreach (var version in registry.Tasks.Versions(task.Key))
            {
                registry.Files.LetGoOf(version.Sha256);
            }

            registry.Tasks.Delete(task.Key);
            Retention.Apply(registry, task.Pool);
            return true;
        },
        cancellation);

    /// <summary>What a row that names the task is served with. From memory unless something has changed.</summary>
    /// <param name="caller">The task's owner, or a tenant with GENERATE.</param>
    /// <param name="name">The task.</param>
    /// <param name="version">Null for its served version.</param>
    public TaskVersionSnapshot Resolve(TenantId caller, TaskName name, int? version = null)
    {
        var resolved = _resolved;
        var key = (caller, name, version);
        if (!resolved.TryGetValue(key, out var snapshot))
        {
            snapshot = _ledger.Read(registry =>
            {
                var task = Access.TaskWith(registry, caller, name, Grants.Generate);
                Access.RequireBase(registry.Pools.Get(task.Pool), _baseModel);
                return Snapshots.Of(registry, task, Access.TaskVersion(registry, task, version ?? task.ServedVersion), caller);
            });
            resolved[key] = snapshot;
        }

        return snapshot;
    }

    private Task<RegisteredTask> RegisterAsync(
        Mutation mutation,
        TaskName name,
        PoolName pool,
        IReadOnlyList<TaskGrant> grants,
        Func<TaskRegistration, RegisteredTask> register,
        CancellationToken cancellation)
    {
        TaskRegistration.Validate(mutation.Tenant, name, grants);
        return _ledger.ActAsync(
            mutation,
            RegisterAction,
            registry => register(new TaskRegistration(registry, mutation.Tenant, name, pool, grants, _baseModel, _ledger.Now)),
            cancellation);
    }

    private static SessionName? TakeOutOfSession(RegistryTransaction registry, TaskRow task)
    {
        if (registry.Sessions.FindTask(task.Key) is not { } held)
        {
            return null;
        }

        var session = registry.Sessions.Get(held.Session);
        if (Access.GrantsOn(registry, new TenantId(session.Opener), task).HasFlag(Grants.Train))
        {
            return null;
        }

        registry.Sessions.DeleteTask(task.Key);
        Retention.Apply(registry, task.Pool, task.Key);
        return Snapshots.NameOf(session);
    }
}
