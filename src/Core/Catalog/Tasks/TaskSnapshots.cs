using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Naming;
using CoLA.Core.Registry;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>Rows of tasks as what callers see.</summary>
internal static class TaskSnapshots
{
    public static TaskName NameOf(TaskRow row) => new(new TenantId(row.Tenant), row.Id);

    public static TaskSpec SpecOf(TaskRow row) => CatalogJson.Read<TaskSpec>(row.Spec);

    /// <summary>The heads of a version; null for initial heads, of which there is no file.</summary>
    public static Artifact? HeadsOf(TaskVersionRow row) => row.Sha256 is null ? null : new Artifact(row.Sha256, row.Bytes!.Value);

    public static async ValueTask<TaskSnapshot> OfAsync(IRegistryReader registry, TaskRow row, TenantId viewer) => new(
        NameOf(row),
        PoolSnapshots.NameOf(await registry.Pools.GetAsync(row.Pool).ConfigureAwait(false)),
        SpecOf(row),
        row.ServedVersion,
        (await registry.Tasks.GetVersionAsync(row.Key, row.ServedVersion).ConfigureAwait(false)).PoolVersion,
        [.. row.Grants
            .Where(grant => row.Tenant == viewer.Value || grant.Tenant == viewer.Value)
            .Select(grant => new TaskGrant(new TenantId(grant.Tenant), (Grants)grant.Rights))],
        DateTimeOffset.FromUnixTimeMilliseconds(row.Created),
        StartOf(row, viewer));

    public static async ValueTask<TaskVersionSnapshot> OfAsync(IRegistryReader registry, TaskRow task, TaskVersionRow row, TenantId viewer)
    {
        var pool = await registry.Pools.GetAsync(task.Pool).ConfigureAwait(false);
        var poolVersion = await registry.Pools.GetVersionAsync(pool.Key, row.PoolVersion).ConfigureAwait(false);
        return new TaskVersionSnapshot(
            row.Key,
            NameOf(task),
            row.Number,
            SpecOf(task),
            PoolSnapshots.SpecOf(pool),
            await PoolSnapshots.OfAsync(registry, pool, poolVersion).ConfigureAwait(false),
            HeadsOf(row),
            row.SubtractsInitial,
            new TenantId(row.Maker),
            row.Number == task.ServedVersion,
            DateTimeOffset.FromUnixTimeMilliseconds(row.Created),
            row.Number == 1 ? StartOf(task, viewer) : null);
    }

    // Whose heads a task began with is between the two owners: others may not know that the lender's task is there.
    private static TaskVersionName? StartOf(TaskRow task, TenantId viewer) =>
        task.StartedFrom is { } name && TaskVersionName.Parse(name) is var start && (viewer.Value == task.Tenant || viewer == start.Task.Tenant)
            ? start
            : null;
}
