using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>What a session may hold, and what each of its tasks begins with.</summary>
internal sealed class SessionOpening(RegistryTransaction registry, TenantId caller, OpenSession asked, BaseModelIdentity baseModel)
{
    /// <summary>Refuses what <see cref="Open"/> would refuse whatever else happens first; other sessions may hold the tasks.</summary>
    public void Check()
    {
        var pool = Access.UsablePool(registry, caller, asked.Pool);
        Access.RequireBase(pool, baseModel);
        Access.PoolVersion(registry, pool, asked.PoolVersion);
        Tasks(pool);
    }

    public SessionRow Open(string id, long now)
    {
        var pool = Access.UsablePool(registry, caller, asked.Pool);
        Access.RequireBase(pool, baseModel);
        var poolVersion = Access.PoolVersion(registry, pool, asked.PoolVersion).Number;
        var tasks = Tasks(pool);
        RequireFree(tasks);
        var session = new SessionRow
        {
            Id = id,
            Opener = caller.Value,
            Pool = pool.Key,
            OpeningPoolVersion = poolVersion,
            PoolVersion = poolVersion,
            PoolTrainable = asked.PoolTrainable,
            Rebase = asked.Rebase,
            Settings = asked.SettingsJson,
            StatesMade = 0,
            Created = now,
        };
        session = session with { Key = registry.Sessions.Insert(session) };
        foreach (var (position, task) in tasks.Index())
        {
            registry.Sessions.InsertTask(Begin(task, session, position, pool));
        }

        return session;
    }

    /// <summary>The refusal of a task that is in an open session, which only the session's opener may know by name.</summary>
    public static PreconditionRejection IsHeld(RegistryTransaction registry, TenantId caller, TaskRow task, SessionTaskRow held)
    {
        var session = registry.Sessions.Get(held.Session);
        var which = session.Opener == caller.Value ? $", {Snapshots.NameOf(session)}" : "";
        return new PreconditionRejection($"{Snapshots.NameOf(task)} is in an open session{which}; a task is in one at most, until it is closed");
    }

    private List<TaskRow> Tasks(PoolRow pool)
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

        var tasks = asked.Tasks.Select(name => Access.TaskWith(registry, caller, name, Grants.Train)).ToList();
        InvalidArgumentRejection.ThrowIfAny([.. tasks.Index()
            .Where(task => asked.Budgeted?.Contains(asked.Tasks[task.Index]) == true && Snapshots.SpecOf(task.Item).Strategy != Strategy.Adalora)
            .Select(task => new FieldViolation($"tasks[{task.Index}].rank_budget", $"is for ADALORA tasks; {asked.Tasks[task.Index]} is none"))]);
        foreach (var task in tasks)
        {
            if (task.Pool != pool.Key)
            {
                throw new PreconditionRejection(
                    $"{Snapshots.NameOf(task)} is attached to {Snapshots.NameOf(registry.Pools.Get(task.Pool))}, not to {asked.Pool}");
            }
        }

        return tasks;
    }

    private void RequireFree(List<TaskRow> tasks)
    {
        foreach (var task in tasks)
        {
            if (registry.Sessions.FindTask(task.Key) is { } held)
            {
                throw IsHeld(registry, caller, task, held);
            }
        }
    }

    /// <summary>
    /// The served version where it is pinned to the session's pool version; else the newest version that is (another
    /// tenant's session may have published one that the owner has not switched to); else new heads for a task that was
    /// neither trained nor started from another's heads; else, with rebase, the served version's heads all the same.
    /// </summary>
    private SessionTaskRow Begin(TaskRow task, SessionRow session, int position, PoolRow pool)
    {
        var versions = registry.Tasks.Versions(task.Key);
        var served = versions.Single(version => version.Number == task.ServedVersion);
        var pinned = served.PoolVersion == session.PoolVersion
            ? served
            : versions.LastOrDefault(version => version.PoolVersion == session.PoolVersion);
        var hasHeads = task.VersionsMade > 1 || served.Sha256 is not null;
        if (pinned is null && hasHeads && !asked.Rebase)
        {
            var poolName = Snapshots.NameOf(pool);
            throw new PreconditionRejection(
                $"{new TaskVersionName(Snapshots.NameOf(task), served.Number)} is pinned to {new PoolVersionName(poolName, served.PoolVersion)}, "
                + $"the session begins at {new PoolVersionName(poolName, session.PoolVersion)}; begin there, or set rebase to keep the heads although "
                    + "their outputs change");
        }

        var kept = pinned ?? (hasHeads ? served : null);
        return new SessionTaskRow
        {
            Task = task.Key,
            Session = session.Key,
            Position = position,
            Version = kept?.Number,
            SubtractsInitial = kept?.SubtractsInitial ?? InitialHeads.AreSubtracted(Snapshots.SpecOf(pool), session.PoolVersion),
        };
    }
}
