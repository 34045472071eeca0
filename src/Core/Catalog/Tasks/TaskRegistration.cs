using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>A new task, and what its version 1 begins with.</summary>
internal sealed class TaskRegistration(
    TenantId caller,
    TaskName name,
    PoolName poolName,
    IReadOnlyList<TaskGrant> grants,
    BaseModelIdentity baseModel,
    long now)
{
    /// <summary>Refuses what can be refused without the registry.</summary>
    /// <exception cref="InvalidArgumentRejection">The name is not the caller's, or a grant is wrong.</exception>
    public void Validate()
    {
        if (name.Tenant != caller)
        {
            throw new InvalidArgumentRejection("task", $"{name} is not a name of the caller's, {caller}");
        }

        TaskGrant.Validate(grants, name.Tenant);
    }

    /// <summary>The pool that the task is to join, if the caller may join it and the task's name is free.</summary>
    public async ValueTask<PoolRow> RequireFreeAsync(IRegistryReader registry)
    {
        var pool = await PoolAccess.UsableAsync(registry, caller, poolName).ConfigureAwait(false);
        PoolAccess.RequireBase(pool, baseModel);
        return await registry.Tasks.FindAsync(name.Tenant.Value, name.Task).ConfigureAwait(false) is null
            ? pool
            : throw new AlreadyExistsRejection($"{name} exists already");
    }

    /// <summary>Registers the task with initial heads: it computes the base model.</summary>
    public async ValueTask<RegisteredTask> AsTheBaseAsync(IRegistryTransaction registry, int? poolVersion, TaskSpec spec, IReadOnlyList<string> notes)
    {
        var pool = await RequireFreeAsync(registry).ConfigureAwait(false);
        var poolSpec = PoolSnapshots.SpecOf(pool);
        spec.Validate(poolSpec);
        var version = (await PoolAccess.VersionAsync(registry, pool, poolVersion).ConfigureAwait(false)).Number;
        var first = new TaskVersionRow
        {
            Key = 0,
            Task = 0,
            Number = 1,
            PoolVersion = version,
            Maker = caller.Value,
            Sha256 = null,
            Bytes = null,
            SubtractsInitial = InitialHeads.AreSubtracted(poolSpec, version),
            ServedOrder = 1,
            Created = now,
        };
        return await InsertAsync(registry, pool, spec, first, null, [.. InitialHeads.Notes(poolSpec, spec, version), .. notes]).ConfigureAwait(false);
    }

    /// <summary>Registers the task with a neighbour's heads: it computes what the neighbour's version computes.</summary>
    public async ValueTask<RegisteredTask> FromAsync(
        IRegistryTransaction registry,
        TaskName neighbour,
        int? version,
        Newcomer newcomer,
        IReadOnlyList<string> notes)
    {
        var pool = await RequireFreeAsync(registry).ConfigureAwait(false);
        var lender = await TaskAccess.WithAsync(registry, caller, neighbour, Grants.Lend).ConfigureAwait(false);
        if (lender.Pool != pool.Key)
        {
            var attached = PoolSnapshots.NameOf(await registry.Pools.GetAsync(lender.Pool).ConfigureAwait(false));
            throw new InvalidArgumentRejection("pool", $"is {poolName}; {neighbour} is attached to {attached}");
        }

        var lent = await TaskAccess.VersionAsync(registry, lender, version ?? lender.ServedVersion).ConfigureAwait(false);
        var spec = TaskSnapshots.SpecOf(lender) with { Seed = newcomer.Seed };
        var start = new TaskVersionName(neighbour, lent.Number);
        RequireTheSame(newcomer, start, spec, lent.PoolVersion);

        // The copy names the same file, which stays as long as either of the two needs it.
        var first = lent with { Number = 1, Maker = caller.Value, ServedOrder = 1, Created = now };
        return await InsertAsync(registry, pool, spec, first, start, [.. InitialHeads.PoolNotes(PoolSnapshots.SpecOf(pool)), .. notes]).ConfigureAwait(false);
    }

    private static void RequireTheSame(Newcomer newcomer, TaskVersionName start, TaskSpec spec, int poolVersion)
    {
        var violations = new List<FieldViolation>();
        if (newcomer.Strategy is { } strategy && strategy != spec.Strategy)
        {
            violations.Add(new FieldViolation(
                "spec.strategy",
                $"is {EnumNames.Of(strategy)}; a task that starts from {start} takes its strategy, {EnumNames.Of(spec.Strategy)}"));
        }

        if (newcomer.N is { } n && n != spec.N)
        {
            violations.Add(new FieldViolation("spec.n", $"is {n}; a task that starts from {start} takes its N, {spec.N}"));
        }

        if (newcomer.PoolVersion is { } asked && asked != poolVersion)
        {
            var (wrong, pinned) = (new PoolVersionName(newcomer.Pool, asked), new PoolVersionName(newcomer.Pool, poolVersion));
            violations.Add(new FieldViolation("pool_version", $"is {wrong}; a task that starts from {start} is pinned as that is, to {pinned}"));
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
    }

    private async ValueTask<RegisteredTask> InsertAsync(
        IRegistryTransaction registry,
        PoolRow pool,
        TaskSpec spec,
        TaskVersionRow first,
        TaskVersionName? startedFrom,
        IReadOnlyList<string> notes)
    {
        var task = new TaskRow
        {
            Key = await registry.NewKeyAsync().ConfigureAwait(false),
            Tenant = name.Tenant.Value,
            Id = name.Task,
            Pool = pool.Key,
            Spec = CatalogJson.Write(spec),
            ServedVersion = 1,
            TimesServed = 1,
            VersionsMade = 1,
            Created = now,
            StartedFrom = startedFrom?.ToString(),
            Grants = TaskGrant.RowsOf(grants),
        };
        registry.Put(task);
        registry.Put(first with { Key = await registry.NewKeyAsync().ConfigureAwait(false), Task = task.Key });
        return new RegisteredTask(await TaskSnapshots.OfAsync(registry, task, caller).ConfigureAwait(false), notes);
    }
}
