using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>A new task, and what its version 1 begins with.</summary>
internal sealed class TaskRegistration(
    RegistryTransaction registry,
    TenantId caller,
    TaskName name,
    PoolName poolName,
    IReadOnlyList<TaskGrant> grants,
    BaseModelIdentity baseModel,
    long now)
{
    /// <summary>What needs no registry to be refused.</summary>
    /// <exception cref="InvalidArgumentRejection">The name is not the caller's, or a grant is wrong.</exception>
    public static void Validate(TenantId caller, TaskName name, IReadOnlyList<TaskGrant> grants)
    {
        if (name.Tenant != caller)
        {
            throw new InvalidArgumentRejection("task", $"{name} is not a name of the caller's, {caller}");
        }

        TaskGrant.Validate(grants, name.Tenant);
    }

    public static void SetGrants(RegistryTransaction registry, long task, IReadOnlyList<TaskGrant> grants) => registry.Tasks.SetGrants(
        task,
        grants.Select(grant => new GrantRow { Tenant = grant.Tenant.Value, Rights = (int)grant.Grants }));

    /// <summary>The pool that the task is to join, if the caller may join it and the task's name is free.</summary>
    public PoolRow RequireFree()
    {
        var pool = Access.UsablePool(registry, caller, poolName);
        Access.RequireBase(pool, baseModel);
        return registry.Tasks.Find(name.Tenant.Value, name.Task) is null ? pool : throw new AlreadyExistsRejection($"{name} exists already");
    }

    /// <summary>Initial heads: it computes the base model.</summary>
    public RegisteredTask AsTheBase(int? poolVersion, TaskSpec spec, IReadOnlyList<string> notes)
    {
        var pool = RequireFree();
        var poolSpec = Snapshots.SpecOf(pool);
        spec.Validate(poolSpec);
        var version = Access.PoolVersion(registry, pool, poolVersion).Number;
        var first = new TaskVersionRow
        {
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
        return Insert(pool, spec, first, null, [.. InitialHeads.Notes(poolSpec, spec, version), .. notes]);
    }

    /// <summary>A neighbour's heads: it computes what the neighbour's version computes.</summary>
    public RegisteredTask From(TaskName neighbour, int? version, Newcomer newcomer, IReadOnlyList<string> notes)
    {
        var pool = RequireFree();
        var lender = Access.TaskWith(registry, caller, neighbour, Grants.Lend);
        if (lender.Pool != pool.Key)
        {
            throw new InvalidArgumentRejection("pool", $"is {poolName}; {neighbour} is attached to {Snapshots.NameOf(registry.Pools.Get(lender.Pool))}");
        }

        var lent = Access.TaskVersion(registry, lender, version ?? lender.ServedVersion);
        var spec = Snapshots.SpecOf(lender) with { Seed = newcomer.Seed };
        RequireTheSame(newcomer, new TaskVersionName(neighbour, lent.Number), spec, lent.PoolVersion);

        // The copy names the same file, which stays as long as either of the two needs it.
        var first = lent with { Number = 1, Maker = caller.Value, ServedOrder = 1, Created = now };
        return Insert(pool, spec, first, new TaskVersionName(neighbour, lent.Number), [.. InitialHeads.PoolNotes(Snapshots.SpecOf(pool)), .. notes]);
    }

    private static void RequireTheSame(Newcomer newcomer, TaskVersionName start, TaskSpec spec, int poolVersion)
    {
        var violations = new List<FieldViolation>();
        if (newcomer.Strategy is { } strategy && strategy != spec.Strategy)
        {
            violations.Add(
                new FieldViolation("spec.strategy", $"is {EnumOf(strategy)}; a task that starts from {start} takes its strategy, {EnumOf(spec.Strategy)}"));
        }

        if (newcomer.N is { } n && n != spec.N)
        {
            violations.Add(new FieldViolation("spec.n", $"is {n}; a task that starts from {start} takes its N, {spec.N}"));
        }

        if (newcomer.PoolVersion is { } asked && asked != poolVersion)
        {
            violations.Add(new FieldViolation(
                "pool_version",
                $"is {new PoolVersionName(newcomer.Pool, asked)}; a task that starts from {start} is pinned as that is, "
                    + $"to {new PoolVersionName(newcomer.Pool, poolVersion)}"));
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
    }

    /// <summary>As the contract spells it: HEURISTIC_BALANCED.</summary>
    private static string EnumOf(Strategy strategy) =>
        string.Concat(strategy.ToString().Select((letter, at) => at > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));

    private RegisteredTask Insert(PoolRow pool, TaskSpec spec, TaskVersionRow first, TaskVersionName? startedFrom, IReadOnlyList<string> notes)
    {
        var task = new TaskRow
        {
            Tenant = name.Tenant.Value,
            Id = name.Task,
            Pool = pool.Key,
            Spec = CatalogJson.Write(spec),
            ServedVersion = 1,
            TimesServed = 1,
            VersionsMade = 1,
            Created = now,
            StartedFrom = startedFrom?.ToString(),
        };
        task = task with { Key = registry.Tasks.Insert(task) };
        registry.Tasks.InsertVersion(first with { Task = task.Key });
        SetGrants(registry, task.Key, grants);
        return new RegisteredTask(Snapshots.Of(registry, task, caller), notes);
    }
}
