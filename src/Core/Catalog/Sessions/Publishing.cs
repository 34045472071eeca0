using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>Makes versions of a session's working copies, and serves those that its opener may serve.</summary>
internal sealed class Publishing(IRegistryTransaction registry, SessionRow session, long now)
{
    private readonly TenantId _opener = new(session.Opener);

    public async ValueTask<Publication> PublishAsync(
        Artifact? poolMatrices,
        IReadOnlyDictionary<TaskName, Artifact> heads,
        bool serve,
        bool makeCurrent)
    {
        if (poolMatrices is not null != session.PoolTrainable)
        {
            throw new ArgumentException("The pool's matrices are published exactly by a session that trains them.", nameof(poolMatrices));
        }

        var tasks = new List<(TaskRow Task, SessionTaskRow Held)>();
        foreach (var held in await registry.Sessions.ListTasksAsync(session.Key).ConfigureAwait(false))
        {
            tasks.Add((await registry.Tasks.GetAsync(held.Task).ConfigureAwait(false), held));
        }

        RequireTheSessionsTasks(tasks.Select(task => TaskSnapshots.NameOf(task.Task)), heads.Keys);
        var poolVersion = poolMatrices is null ? null : await PublishPoolAsync(poolMatrices, makeCurrent).ConfigureAwait(false);
        var pinnedTo = poolVersion?.Number ?? session.PoolVersion;
        var published = new List<PublishedTask>();
        foreach (var (task, held) in tasks)
        {
            published.Add(await PublishTaskAsync(task, held, heads[TaskSnapshots.NameOf(task)], pinnedTo, serve).ConfigureAwait(false));
        }

        await Retention.ApplyAsync(registry, session.Pool, tasks.Select(task => task.Task.Key)).ConfigureAwait(false);
        return new Publication(poolVersion, published);
    }

    private void RequireTheSessionsTasks(IEnumerable<TaskName> held, IEnumerable<TaskName> given)
    {
        var differing = held.ToHashSet();
        differing.SymmetricExceptWith(given);
        if (differing.Count > 0)
        {
            throw new PreconditionRejection(
                $"{SessionSnapshots.NameOf(session)} publishes the tasks that it holds; these joined or left meanwhile: {string.Join(", ", differing)}");
        }
    }

    // Two sessions from one version may both publish: the new number is the next of the pool, the parent is the session's.
    private async ValueTask<PoolVersionSnapshot> PublishPoolAsync(Artifact matrices, bool makeCurrent)
    {
        var pool = await registry.Pools.GetAsync(session.Pool).ConfigureAwait(false);
        var version = new PoolVersionRow
        {
            Key = await registry.NewKeyAsync().ConfigureAwait(false),
            Pool = pool.Key,
            Number = pool.VersionsMade + 1,
            Parent = session.PoolVersion,
            Maker = session.Opener,
            Sha256 = matrices.Sha256,
            Bytes = matrices.Bytes,
            Created = now,
        };
        pool = pool with
        {
            VersionsMade = version.Number,
            CurrentVersion = makeCurrent && pool.Owner == session.Opener ? version.Number : pool.CurrentVersion,
        };
        registry.Put(version);
        registry.Put(pool);
        registry.Put(session with { PoolVersion = version.Number });
        return await PoolSnapshots.OfAsync(registry, pool, version).ConfigureAwait(false);
    }

    private async ValueTask<PublishedTask> PublishTaskAsync(TaskRow task, SessionTaskRow held, Artifact heads, int poolVersion, bool serve)
    {
        var number = task.VersionsMade + 1;
        var served = serve && TaskAccess.GrantsOn(task, _opener).HasFlag(Grants.Publish);
        task = task with { VersionsMade = number };
        if (served)
        {
            task = task with { ServedVersion = number, TimesServed = task.TimesServed + 1 };
        }

        registry.Put(new TaskVersionRow
        {
            Key = await registry.NewKeyAsync().ConfigureAwait(false),
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
        registry.Put(task);
        return new PublishedTask(new TaskVersionName(TaskSnapshots.NameOf(task), number), served);
    }
}
