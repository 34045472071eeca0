using System.Collections.Concurrent;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Ownership;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>The rules of tasks: who registers, grants, serves, rolls back and deletes them. Thread-safe.</summary>
public sealed class TaskCatalog
{
    private const string RegisterAction = "RegisterTask";

    private readonly Ledger _ledger;
    private readonly BaseModelIdentity _baseModel;

    // Replaced whole by every change: a read that began before the change then fills a cache that nobody asks any more.
    private volatile ConcurrentDictionary<(TenantId Caller, TaskName Task, int? Version), TaskVersionSnapshot> _resolved = new();

    /// <param name="ledger">Where they are recorded.</param>
    /// <param name="baseModel">The base model that the server runs.</param>
    /// <param name="changes">Tells when what was resolved is out of date.</param>
    internal TaskCatalog(Ledger ledger, BaseModelIdentity baseModel, RegistryChanges changes)
    {
        _ledger = ledger;
        _baseModel = baseModel;
        changes.Announced += () => _resolved = new();
    }

    /// <summary>Makes a task with its version 1, pinned to a pool version and served at once.</summary>
    /// <param name="mutation">The caller owns the task.</param>
    /// <param name="name">Its tenant is the caller.</param>
    /// <param name="poolName">A pool that the caller may use.</param>
    /// <param name="poolVersion">Null for the pool's current version.</param>
    /// <param name="spec">Fixed for its life.</param>
    /// <param name="grants">What other tenants may do with it; empty by default.</param>
    /// <param name="cancellation">Ends the wait for one's turn.</param>
    /// <param name="notes">What else its owner should know.</param>
    public Task<RegisteredTask> RegisterAsync(
        Mutation mutation,
        TaskName name,
        PoolName poolName,
        int? poolVersion,
        TaskSpec spec,
        IReadOnlyList<TaskGrant> grants,
        CancellationToken cancellation,
        params IReadOnlyList<string> notes)
    {
        var registration = Registration(mutation.Tenant, name, poolName, grants);
        return _ledger.ActAsync(mutation, RegisterAction, registry => registration.AsTheBaseAsync(registry, poolVersion, spec, notes), cancellation);
    }

    /// <summary>
    /// Makes a task that computes exactly what its neighbour's version computes: it takes that version's strategy, N, pool
    /// version, heads and subtracted product. The heads are a copy, so it depends on its neighbour no longer.
    /// </summary>
    /// <param name="mutation">The caller owns the task, and owns the neighbour or has LEND on it.</param>
    /// <param name="newcomer">The task.</param>
    /// <param name="neighbour">A task of the same pool.</param>
    /// <param name="version">Null for its served version.</param>
    /// <param name="notes">What else the owner should know.</param>
    /// <param name="cancellation">Ends the wait for one's turn.</param>
    /// <exception cref="InvalidArgumentRejection">Another strategy, N or pool version than the neighbour's was asked for.</exception>
    public Task<RegisteredTask> RegisterFromAsync(
        Mutation mutation,
        Newcomer newcomer,
        TaskName neighbour,
        int? version,
        IReadOnlyList<string> notes,
        CancellationToken cancellation)
    {
        var registration = Registration(mutation.Tenant, newcomer.Name, newcomer.Pool, newcomer.Grants);
        return _ledger.ActAsync(
            mutation,
            RegisterAction,
            registry => registration.FromAsync(registry, neighbour, version, newcomer, notes),
            cancellation);
    }

    /// <summary>The reply that this RegisterTask got before; null where it is new.</summary>
    public ValueTask<RegisteredTask?> FindRegisteredAsync(Mutation mutation, CancellationToken cancellation) =>
        _ledger.FindReplyAsync<RegisteredTask>(mutation, RegisterAction, cancellation);

    /// <summary>Refuses what registering would refuse whatever the new task starts from.</summary>
    public async ValueTask RequireRegistrableAsync(
        TenantId caller,
        TaskName name,
        PoolName pool,
        IReadOnlyList<TaskGrant> grants,
        CancellationToken cancellation) =>
        await _ledger.ReadAsync(Registration(caller, name, pool, grants).RequireFreeAsync, cancellation).ConfigureAwait(false);

    /// <summary>The served versions of tasks that the caller may start a task from: its own, and those lent to it.</summary>
    /// <param name="caller">May use the pool.</param>
    /// <param name="pool">The tasks' pool.</param>
    /// <param name="candidates">Only these; empty for all.</param>
    /// <param name="most">How many there may be.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="InvalidArgumentRejection">There are more, or one is named twice or is on another pool.</exception>
    /// <exception cref="PermissionRejection">The caller sees a candidate but has no LEND on it.</exception>
    public ValueTask<IReadOnlyList<TaskVersionSnapshot>> LentAsync(
        TenantId caller,
        PoolName pool,
        IReadOnlyList<TaskName> candidates,
        int most,
        CancellationToken cancellation) =>
        _ledger.ReadAsync(registry => new LentTasks(registry, caller, _baseModel).FindAsync(pool, candidates, most), cancellation);

    /// <summary>Sets the grants, all of them. Its owner only. A tenant that loses TRAIN loses the task from its open session.</summary>
    public Task<TaskSnapshot> UpdateAsync(Mutation mutation, TaskName name, IReadOnlyList<TaskGrant> grants, CancellationToken cancellation)
    {
        TaskGrant.Validate(grants, name.Tenant);
        return _ledger.ActAsync(
            mutation,
            "UpdateTask",
            async registry =>
            {
                var task = await TaskAccess.OwnAsync(registry, mutation.Tenant, name).ConfigureAwait(false) with { Grants = TaskGrant.RowsOf(grants) };
                registry.Put(task);
                await TakeOutOfSessionAsync(registry, task).ConfigureAwait(false);
                return await TaskSnapshots.OfAsync(registry, task, mutation.Tenant).ConfigureAwait(false);
            },
            cancellation);
    }

    /// <summary>A task that the caller owns or holds a grant on.</summary>
    public ValueTask<TaskSnapshot> GetAsync(TenantId caller, TaskName name, CancellationToken cancellation) => _ledger.ReadAsync(
        async registry =>
            await TaskSnapshots.OfAsync(registry, await TaskAccess.VisibleAsync(registry, caller, name).ConfigureAwait(false), caller).ConfigureAwait(false),
        cancellation);

    /// <summary>The caller's tasks, and those granted to it when asked, by name.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="includeGranted">Whether tasks of others, granted to the caller, are listed too.</param>
    /// <param name="pool">Only tasks of this pool; null for all.</param>
    /// <param name="page">Which part.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<Page<TaskSnapshot>> ListAsync(
        TenantId caller,
        bool includeGranted,
        PoolName? pool,
        PageRequest page,
        CancellationToken cancellation) => _ledger.ReadAsync(
        async registry => await page.CutAsync(
            await RowsAsync(registry, caller, includeGranted, pool, page).ConfigureAwait(false),
            row => $"{row.Tenant}/{row.Id}",
            row => TaskSnapshots.OfAsync(registry, row, caller)).ConfigureAwait(false),
        cancellation);

    /// <summary>The versions that are kept, newest first.</summary>
    public ValueTask<Page<TaskVersionSnapshot>> ListVersionsAsync(TenantId caller, TaskName name, PageRequest page, CancellationToken cancellation) =>
        _ledger.ReadAsync(
            async registry =>
            {
                var task = await TaskAccess.VisibleAsync(registry, caller, name).ConfigureAwait(false);
                return await page.CutAsync(
                    await registry.Tasks.ListVersionsAsync(task.Key, page.BeforeVersion(), page.Limit).ConfigureAwait(false),
                    row => $"{row.Number}",
                    row => TaskSnapshots.OfAsync(registry, task, row, caller)).ConfigureAwait(false);
            },
            cancellation);

    /// <summary>Switches what the task serves to any kept version, newer or older. Its owner, or a tenant with PUBLISH.</summary>
    public Task<TaskSnapshot> SetServedVersionAsync(Mutation mutation, TaskName name, int version, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        "SetServedVersion",
        async registry =>
        {
            var task = await TaskAccess.WithAsync(registry, mutation.Tenant, name, Grants.Publish).ConfigureAwait(false);
            var served = await TaskAccess.VersionAsync(registry, task, version).ConfigureAwait(false);
            task = task with { ServedVersion = served.Number, TimesServed = task.TimesServed + 1 };
            registry.Put(task);
            registry.Put(served with { ServedOrder = task.TimesServed });
            await Retention.ApplyAsync(registry, task.Pool, task.Key).ConfigureAwait(false);
            return await TaskSnapshots.OfAsync(registry, task, mutation.Tenant).ConfigureAwait(false);
        },
        cancellation);

    /// <summary>Deletes the task and its versions. Its owner only.</summary>
    /// <exception cref="PreconditionRejection">It is in an open session.</exception>
    public Task DeleteAsync(Mutation mutation, TaskName name, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        "DeleteTask",
        async registry =>
        {
            var task = await TaskAccess.OwnAsync(registry, mutation.Tenant, name).ConfigureAwait(false);
            await TaskAccess.RequireFreeAsync(registry, mutation.Tenant, task).ConfigureAwait(false);
            foreach (var version in await registry.Tasks.ListVersionsAsync(task.Key, int.MaxValue, int.MaxValue).ConfigureAwait(false))
            {
                registry.Delete(version);
                registry.LetGoOf(version.Sha256);
            }

            registry.Delete(task);
            await Retention.ApplyAsync(registry, task.Pool).ConfigureAwait(false);
            return true;
        },
        cancellation);

    /// <summary>
    /// What a row that names the task is served with. Completes at once, from memory, unless the registry has changed since
    /// it was last asked.
    /// </summary>
    /// <param name="caller">The task's owner, or a tenant with GENERATE.</param>
    /// <param name="name">The task.</param>
    /// <param name="version">Null for its served version.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public ValueTask<TaskVersionSnapshot> ResolveAsync(TenantId caller, TaskName name, int? version, CancellationToken cancellation)
    {
        var resolved = _resolved;
        return resolved.TryGetValue((caller, name, version), out var snapshot)
            ? ValueTask.FromResult(snapshot)
            : ReadAsync(resolved, caller, name, version, cancellation);
    }

    private async ValueTask<TaskVersionSnapshot> ReadAsync(
        ConcurrentDictionary<(TenantId Caller, TaskName Task, int? Version), TaskVersionSnapshot> resolved,
        TenantId caller,
        TaskName name,
        int? version,
        CancellationToken cancellation) => resolved[(caller, name, version)] = await _ledger.ReadAsync(
        async registry =>
        {
            var task = await TaskAccess.WithAsync(registry, caller, name, Grants.Generate).ConfigureAwait(false);
            PoolAccess.RequireBase(await registry.Pools.GetAsync(task.Pool).ConfigureAwait(false), _baseModel);
            var row = await TaskAccess.VersionAsync(registry, task, version ?? task.ServedVersion).ConfigureAwait(false);
            return await TaskSnapshots.OfAsync(registry, task, row, caller).ConfigureAwait(false);
        },
        cancellation).ConfigureAwait(false);

    private TaskRegistration Registration(TenantId caller, TaskName name, PoolName pool, IReadOnlyList<TaskGrant> grants)
    {
        var registration = new TaskRegistration(caller, name, pool, grants, _baseModel, _ledger.Now);
        registration.Validate();
        return registration;
    }

    /// <summary>Rows of both lists, merged: by owner and id.</summary>
    private static async ValueTask<IReadOnlyList<TaskRow>> RowsAsync(
        IRegistryReader registry,
        TenantId caller,
        bool includeGranted,
        PoolName? pool,
        PageRequest page)
    {
        // A task's owner sees its pool even when it is shared no longer; a pool that is not there has no tasks.
        var poolKey = pool is { } name ? (await registry.Pools.FindAsync(name.Pool).ConfigureAwait(false))?.Key ?? 0 : (long?)null;
        var after = page.After().Split('/') is [var tenant, var task] ? (Tenant: tenant, Id: task) : (Tenant: "", Id: "");
        var order = string.CompareOrdinal(after.Tenant, caller.Value);
        var own = order > 0 ? [] : await registry.Tasks.ListOwnedAsync(caller.Value, poolKey, order == 0 ? after.Id : "", page.Limit).ConfigureAwait(false);
        var granted = includeGranted ? await registry.Tasks.ListGrantedAsync(caller.Value, poolKey, after, page.Limit).ConfigureAwait(false) : [];
        return [.. own.Concat(granted)
            .OrderBy(row => row.Tenant, StringComparer.Ordinal)
            .ThenBy(row => row.Id, StringComparer.Ordinal)
            .Take(page.Limit)];
    }

    private static async ValueTask TakeOutOfSessionAsync(IRegistryTransaction registry, TaskRow task)
    {
        if (await registry.Sessions.FindTaskAsync(task.Key).ConfigureAwait(false) is { } held
            && await registry.Sessions.GetAsync(held.Session).ConfigureAwait(false) is var session
            && !TaskAccess.GrantsOn(task, new TenantId(session.Opener)).HasFlag(Grants.Train))
        {
            registry.Delete(held);
            await Retention.ApplyAsync(registry, task.Pool, task.Key).ConfigureAwait(false);
        }
    }
}
