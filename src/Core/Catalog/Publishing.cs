using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>What a session makes of its working copies, and what of it is served at once.</summary>
internal sealed class Publishing(RegistryTransaction registry, SessionRow session, long now)
{
    private readonly TenantId _opener = new(session.Opener);

    public Publication Publish(Artifact? poolMatrices, IReadOnlyDictionary<TaskName, Artifact> heads, bool serve, bool makeCurrent)
    {
        if (poolMatrices is not null != session.PoolTrainable)
        {
            throw new ArgumentException("The pool's matrices are published exactly by a session that trains them.", nameof(poolMatrices));
        }

        var tasks = registry.Sessions.Tasks(session.Key).ToDictionary(held => Snapshots.NameOf(registry.Tasks.Get(held.Task)));
        RequireTheSessionsTasks(tasks.Keys, heads.Keys);

        var poolVersion = poolMatrices is null ? null : PublishPool(poolMatrices, makeCurrent);
        var pinnedTo = poolVersion?.Number ?? session.PoolVersion;
        var published = tasks.Select(task => PublishTask(task.Key, task.Value, heads[task.Key], pinnedTo, serve)).ToList();
        Retention.Apply(registry, session.Pool, tasks.Values.Select(held => held.Task));
        return new Publication(poolVersion, published);
    }

    private void RequireTheSessionsTasks(IEnumerable<TaskName> held, IEnumerable<TaskName> given)
    {
        var differing = held.ToHashSet();
        differing.SymmetricExceptWith(given);
        if (differing.Count > 0)
        {
            throw new PreconditionRejection(
                $"{Snapshots.NameOf(session)} publishes the tasks that it holds; these joined or left meanwhile: {string.Join(", ", differing)}");
        }
    }

    // Two sessions from one version may both publish: the new number is the next of the pool, the parent is the session's.
    private PoolVersionSnapshot PublishPool(Artifact matrices, bool makeCurrent)
    {
        var pool = registry.Pools.Get(session.Pool);
        var number = pool.VersionsMade + 1;
        registry.Pools.InsertVersion(new PoolVersionRow
        {
            Pool = pool.Key,
            Number = number,
            Parent = session.PoolVersion,
            Maker = session.Opener,
            Sha256 = matrices.Sha256,
            Bytes = matrices.Bytes,
            Created = now,
        });
        pool = pool with
        {
            VersionsMade = number,
            CurrentVersion = makeCurrent && pool.Owner == session.Opener ? number : pool.CurrentVersion,
        };
        registry.Pools.Update(pool);
        registry.Sessions.Update(session with { PoolVersion = number });
        return Snapshots.Of(registry, pool, registry.Pools.FindVersion(pool.Key, number)!);
    }

    private PublishedTask PublishTask(TaskName name, SessionTaskRow held, Artifact heads, int poolVersion, bool serve)
    {
        var task = registry.Tasks.Get(held.Task);
        var number = task.VersionsMade + 1;
        var served = serve && Access.GrantsOn(registry, _opener, task).HasFlag(Grants.Publish);
        task = task with { VersionsMade = number };
        if (served)
        {
            task = task with { ServedVersion = number, TimesServed = task.TimesServed + 1 };
        }

        registry.Tasks.InsertVersion(new TaskVersionRow
        {
            Task = task.Key,
            Number = number,
            PoolVersion = poolVersion,
            Maker = session.Opener,
            Sha256 = heads.Sha256,
            Bytes = heads.Bytes,
            SubtractsInitial = held.SubtractsInitial,
            ServedOrder = served ? task.TimesServed : null,
            Created = now,
        });
        registry.Tasks.Update(task);
        return new PublishedTask(new TaskVersionName(name, number), served);
    }
}
