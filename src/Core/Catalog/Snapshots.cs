using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;

namespace CoLA.Core.Catalog;

/// <summary>Rows of the registry as what callers see.</summary>
internal static class Snapshots
{
    public static PoolName NameOf(PoolRow row) => new(row.Id);

    public static TaskName NameOf(TaskRow row) => new(new TenantId(row.Tenant), row.Id);

    public static SessionName NameOf(SessionRow row) => new(row.Id);

    public static PoolSpec SpecOf(PoolRow row) => CatalogJson.Read<PoolSpec>(row.Spec);

    public static TaskSpec SpecOf(TaskRow row) => CatalogJson.Read<TaskSpec>(row.Spec);

    public static BaseModelIdentity BaseOf(PoolRow row) => new(row.BaseName, row.BaseSha256);

    public static PoolSnapshot Of(RegistryTransaction registry, PoolRow row, TenantId viewer)
    {
        var visibility = Enum.Parse<PoolVisibility>(row.Visibility);
        IReadOnlyList<TenantId> tenants = visibility != PoolVisibility.Shared ? []
            : row.Owner == viewer.Value ? [.. registry.Pools.Shares(row.Key).Select(tenant => new TenantId(tenant))]
            : [viewer];
        return new PoolSnapshot(
            NameOf(row),
            new TenantId(row.Owner),
            SpecOf(row),
            new PoolSharing(visibility, tenants),
            BaseOf(row),
            row.CurrentVersion,
            Moment(row.Created));
    }

    public static PoolVersionSnapshot Of(RegistryTransaction registry, PoolRow pool, PoolVersionRow row) => new(
        row.Key,
        NameOf(pool),
        row.Number,
        row.Parent,
        new TenantId(row.Maker),
        Moment(row.Created),
        new Artifact(row.Sha256, row.Bytes),
        InitialOf(registry, pool),
        row.Number == pool.CurrentVersion);

    private static Artifact? InitialOf(RegistryTransaction registry, PoolRow pool) =>
        SpecOf(pool).Initialisation != Initialisation.Gaussian && registry.Pools.FindVersion(pool.Key, 1) is { } first
            ? new Artifact(first.Sha256, first.Bytes)
            : null;

    public static TaskSnapshot Of(RegistryTransaction registry, TaskRow row, TenantId viewer) => new(
        NameOf(row),
        NameOf(registry.Pools.Get(row.Pool)),
        SpecOf(row),
        row.ServedVersion,
        registry.Tasks.FindVersion(row.Key, row.ServedVersion)!.PoolVersion,
        [.. registry.Tasks.Grants(row.Key)
            .Where(grant => row.Tenant == viewer.Value || grant.Tenant == viewer.Value)
            .Select(grant => new TaskGrant(new TenantId(grant.Tenant), (Grants)grant.Rights))],
        Moment(row.Created),
        StartOf(row, viewer));

    public static TaskVersionSnapshot Of(RegistryTransaction registry, TaskRow task, TaskVersionRow row, TenantId viewer)
    {
        var pool = registry.Pools.Get(task.Pool);
        return new TaskVersionSnapshot(
            row.Key,
            NameOf(task),
            row.Number,
            SpecOf(task),
            SpecOf(pool),
            Of(registry, pool, registry.Pools.FindVersion(pool.Key, row.PoolVersion)!),
            HeadsOf(row),
            row.SubtractsInitial,
            new TenantId(row.Maker),
            row.Number == task.ServedVersion,
            Moment(row.Created),
            row.Number == 1 ? StartOf(task, viewer) : null);
    }

    public static SessionSnapshot Of(RegistryTransaction registry, SessionRow row)
    {
        var pool = registry.Pools.Get(row.Pool);
        return new SessionSnapshot(
            NameOf(row),
            new TenantId(row.Opener),
            SpecOf(pool),
            Of(registry, pool, registry.Pools.FindVersion(pool.Key, row.PoolVersion)!),
            row.PoolTrainable,
            row.Rebase,
            row.Settings,
            [.. registry.Sessions.Tasks(row.Key).Select(task => Of(registry, task))],
            StandOf(registry, row),
            Moment(row.Created),
            row.Released is not null);
    }

    public static SavedState Of(SessionRow session, SessionStateRow row) => new(
        new SessionStateName(NameOf(session), row.Number),
        row.Sequence,
        row.PoolVersion,
        new Artifact(row.Sha256, row.Bytes),
        row.LastRequestHash,
        row.LastReply,
        Moment(row.Created));

    // The version whose heads the task began with may be gone once the session stands at a saved state, which holds the heads.
    private static SessionTaskSnapshot Of(RegistryTransaction registry, SessionTaskRow row)
    {
        var task = registry.Tasks.Get(row.Task);
        var version = row.Version is { } number ? registry.Tasks.FindVersion(row.Task, number) : null;
        return new SessionTaskSnapshot(NameOf(task), SpecOf(task), row.Version, version is null ? null : HeadsOf(version), row.SubtractsInitial);
    }

    private static SessionStand StandOf(RegistryTransaction registry, SessionRow row)
    {
        var state = row.StandState is { } number ? registry.Sessions.FindState(row.Key, number) : null;
        return new SessionStand(
            row.StandState,
            state is null ? null : new Artifact(state.Sha256, state.Bytes),
            row.StandSequence,
            row.StandRequestHash,
            row.StandReply);
    }

    // Whose heads a task began with is between the two owners: others may not know that the lender's task is there.
    private static TaskVersionName? StartOf(TaskRow task, TenantId viewer) =>
        task.StartedFrom is { } name && TaskVersionName.Parse(name) is var start && (viewer.Value == task.Tenant || viewer == start.Task.Tenant)
            ? start
            : null;

    private static Artifact? HeadsOf(TaskVersionRow row) => row.Sha256 is null ? null : new Artifact(row.Sha256, row.Bytes!.Value);

    private static DateTimeOffset Moment(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
}
