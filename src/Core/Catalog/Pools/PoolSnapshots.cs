using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;

namespace CoLA.Core.Catalog.Pools;

/// <summary>Rows of pools as what callers see.</summary>
internal static class PoolSnapshots
{
    public static PoolName NameOf(PoolRow row) => new(row.Id);

    public static PoolSpec SpecOf(PoolRow row) => CatalogJson.Read<PoolSpec>(row.Spec);

    public static BaseModelIdentity BaseOf(PoolRow row) => new(row.BaseName, row.BaseSha256);

    public static PoolSnapshot Of(PoolRow row, TenantId viewer)
    {
        var visibility = Enum.Parse<PoolVisibility>(row.Visibility);
        IReadOnlyList<TenantId> tenants = visibility != PoolVisibility.Shared ? []
            : row.Owner == viewer.Value ? [.. row.Shares.Select(tenant => new TenantId(tenant))]
            : [viewer];
        return new PoolSnapshot(
            NameOf(row),
            new TenantId(row.Owner),
            SpecOf(row),
            new PoolSharing(visibility, tenants),
            BaseOf(row),
            row.CurrentVersion,
            DateTimeOffset.FromUnixTimeMilliseconds(row.Created));
    }

    public static async ValueTask<PoolVersionSnapshot> OfAsync(IRegistryReader registry, PoolRow pool, PoolVersionRow row) => new(
        row.Key,
        NameOf(pool),
        row.Number,
        row.Parent,
        new TenantId(row.Maker),
        DateTimeOffset.FromUnixTimeMilliseconds(row.Created),
        new Artifact(row.Sha256, row.Bytes),
        await InitialAsync(registry, pool).ConfigureAwait(false),
        row.Number == pool.CurrentVersion);

    private static async ValueTask<Artifact?> InitialAsync(IRegistryReader registry, PoolRow pool) =>
        SpecOf(pool).Initialisation != Initialisation.Gaussian
        && await registry.Pools.FindVersionAsync(pool.Key, 1).ConfigureAwait(false) is { } first
            ? new Artifact(first.Sha256, first.Bytes)
            : null;
}
