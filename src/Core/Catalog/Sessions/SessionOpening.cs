using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>What a session may hold, and what each of its tasks begins with.</summary>
internal sealed class SessionOpening(TenantId caller, OpenSession asked, BaseModelIdentity baseModel)
{
    /// <summary>Refuses what opening would refuse whatever else happens first; other sessions may hold the tasks.</summary>
    public async ValueTask<(PoolRow Pool, int PoolVersion, IReadOnlyList<TaskRow> Tasks)> CheckAsync(IRegistryReader registry)
    {
        var pool = await PoolAccess.UsableAsync(registry, caller, asked.Pool).ConfigureAwait(false);
        PoolAccess.RequireBase(pool, baseModel);
        var version = await PoolAccess.VersionAsync(registry, pool, asked.PoolVersion).ConfigureAwait(false);
        return (pool, version.Number, await TasksAsync(registry, pool).ConfigureAwait(false));
    }

    /// <summary>Opens the session.</summary>
    /// <param name="registry">Where.</param>
    /// <param name="id">Of the session: no other one's.</param>
    /// <param name="now">Unix milliseconds.</param>
    public async ValueTask<SessionRow> OpenAsync(IRegistryTransaction registry, string id, long now)
    {
        var (pool, poolVersion, tasks) = await CheckAsync(registry).ConfigureAwait(false);
        foreach (var task in tasks)
        {
            await TaskAccess.RequireFreeAsync(registry, caller, task).ConfigureAwait(false);
        }

        var session = new SessionRow
        {
            Key = await registry.NewKeyAsync().ConfigureAwait(false),
            Id = id,
            Opener = caller.Value,
            Pool = pool.Key,
            PoolVersion = poolVersion,
            PoolTrainable = asked.PoolTrainable,
            Rebase = asked.Rebase,
            Settings = asked.SettingsJson,
            StatesMade = 0,
            StandPoolVersion = poolVersion,
            Created = now,
        };
        registry.Put(session);
        foreach (var (position, task) in tasks.Index())
        {
            registry.Put(await BeginAsync(registry, task, session, position, pool).ConfigureAwait(false));
        }

        return session;
    }

    private async ValueTask<IReadOnlyList<TaskRow>> TasksAsync(IRegistryReader registry, PoolRow pool)
    {
        var violations = new List<FieldViolation>();
        if (asked.Tasks.Count == 0)
        {
            violations.Add(new FieldViolation("tasks", "is empty; name at least one task"));
        }

        violations.AddRange(asked.Tasks.CountBy(task => task)
            .Where(named => named.Value > 1)
            .Select(named => new FieldViolation("tasks", $"names {named.Key} {named.Value} times")));
        InvalidArgumentRejection.ThrowIfAny(violations);

        var tasks = new List<TaskRow>();
        foreach (var name in asked.Tasks)
        {
            tasks.Add(await TaskAccess.WithAsync(registry, caller, name, Grants.Train).ConfigureAwait(false));
        }

        InvalidArgumentRejection.ThrowIfAny([.. tasks.Index()
            .Where(task => asked.Budgeted?.Contains(asked.Tasks[task.Index]) == true && TaskSnapshots.SpecOf(task.Item).Strategy != Strategy.Adalora)
            .Select(task => new FieldViolation($"tasks[{task.Index}].rank_budget", $"is for ADALORA tasks; {asked.Tasks[task.Index]} is none"))]);
        if (tasks.Find(task => task.Pool != pool.Key) is { } stray)
        {
            var attached = PoolSnapshots.NameOf(await registry.Pools.GetAsync(stray.Pool).ConfigureAwait(false));
            throw new PreconditionRejection($"{TaskSnapshots.NameOf(stray)} is attached to {attached}, not to {asked.Pool}");
        }

        return tasks;
    }

    /// <summary>
    /// The served version where it is pinned to the session's pool version; else the newest version that is (another
    /// tenant's session may have published one that the owner has not switched to); else new heads for a task that was
    /// neither trained nor started from another's heads; else, with rebase, the served version's heads all the same.
    /// </summary>
    private async ValueTask<SessionTaskRow> BeginAsync(IRegistryReader registry, TaskRow task, SessionRow session, int position, PoolRow pool)
    {
        var versions = await registry.Tasks.ListVersionsAsync(task.Key, int.MaxValue, int.MaxValue).ConfigureAwait(false);
        var served = versions.Single(version => version.Number == task.ServedVersion);
        var pinned = served.PoolVersion == session.PoolVersion
            ? served
            : versions.FirstOrDefault(version => version.PoolVersion == session.PoolVersion);
        var hasHeads = task.VersionsMade > 1 || served.Sha256 is not null;
        if (pinned is null && hasHeads && !asked.Rebase)
        {
            var poolName = PoolSnapshots.NameOf(pool);
            throw new PreconditionRejection(
                $"{new TaskVersionName(TaskSnapshots.NameOf(task), served.Number)} is pinned to {new PoolVersionName(poolName, served.PoolVersion)}, "
                + $"the session begins at {new PoolVersionName(poolName, session.PoolVersion)}; begin there, or set rebase to keep the heads "
                + "although their outputs change");
        }

        var kept = pinned ?? (hasHeads ? served : null);
        return new SessionTaskRow
        {
            Task = task.Key,
            Session = session.Key,
            Position = position,
            Version = kept?.Number,
            SubtractsInitial = kept?.SubtractsInitial ?? InitialHeads.AreSubtracted(PoolSnapshots.SpecOf(pool), session.PoolVersion),
        };
    }
}
