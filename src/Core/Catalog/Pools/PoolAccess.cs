using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Pools;

/// <summary>
/// Finds pools that a caller names. A pool that the caller may not see is not found; one that it sees but may not change is
/// refused as a matter of permission.
/// </summary>
internal static class PoolAccess
{
    /// <summary>A pool that the caller owns or that is shared with it.</summary>
    /// <exception cref="NotFoundRejection">There is none of that name, or the caller may not use it.</exception>
    public static async ValueTask<PoolRow> UsableAsync(IRegistryReader registry, TenantId caller, PoolName name) =>
        await registry.Pools.FindAsync(name.Pool).ConfigureAwait(false) is { } pool && MayUse(caller, pool) ? pool : throw NotFoundRejection.Of(name);

    /// <exception cref="NotFoundRejection">There is none of that name, or the caller may not use it.</exception>
    /// <exception cref="PermissionRejection">The caller may use it, but does not own it.</exception>
    public static async ValueTask<PoolRow> OwnAsync(IRegistryReader registry, TenantId caller, PoolName name)
    {
        var pool = await UsableAsync(registry, caller, name).ConfigureAwait(false);
        return pool.Owner == caller.Value ? pool : throw new PermissionRejection($"{name} belongs to {pool.Owner}; only its owner changes it");
    }

    /// <summary>A part of the pools that the caller may use, by id: its own, those shared with it, and all public ones.</summary>
    public static async ValueTask<IReadOnlyList<PoolRow>> ListUsableAsync(IRegistryReader registry, TenantId caller, string after, int limit)
    {
        var own = await registry.Pools.ListOwnedAsync(caller.Value, after, limit).ConfigureAwait(false);
        var shared = await registry.Pools.ListSharedAsync(caller.Value, after, limit).ConfigureAwait(false);
        var open = await registry.Pools.ListByVisibilityAsync($"{PoolVisibility.Public}", after, limit).ConfigureAwait(false);
        return [.. own.Concat(shared).Concat(open).DistinctBy(pool => pool.Key).OrderBy(pool => pool.Id, StringComparer.Ordinal).Take(limit)];
    }

    /// <summary>A version that is kept; the current one where <paramref name="number"/> is null.</summary>
    /// <exception cref="NotFoundRejection">It is not kept; the message says which are.</exception>
    public static async ValueTask<PoolVersionRow> VersionAsync(IRegistryReader registry, PoolRow pool, int? number)
    {
        var asked = number ?? pool.CurrentVersion;
        if (await registry.Pools.FindVersionAsync(pool.Key, asked).ConfigureAwait(false) is { } version)
        {
            return version;
        }

        var kept = await registry.Pools.ListVersionsAsync(pool.Key, int.MaxValue, int.MaxValue).ConfigureAwait(false);
        throw new NotFoundRejection(
            $"{new PoolVersionName(PoolSnapshots.NameOf(pool), asked)} was not found; kept: "
            + string.Join(", ", kept.Select(version => version.Number).Reverse()));
    }

    /// <exception cref="PreconditionRejection">The pool was made for another base model than the server's.</exception>
    public static void RequireBase(PoolRow pool, BaseModelIdentity baseModel)
    {
        if (!IsOf(pool, baseModel))
        {
            throw new PreconditionRejection(
                $"{PoolSnapshots.NameOf(pool)} was made for the base model {PoolSnapshots.BaseOf(pool)}; this server runs {baseModel}");
        }
    }

    /// <summary>Whether the pool was made for this base model.</summary>
    public static bool IsOf(PoolRow pool, BaseModelIdentity baseModel) => string.Equals(pool.BaseSha256, baseModel.Sha256, StringComparison.OrdinalIgnoreCase);

    // Only a SHARED pool has shares.
    private static bool MayUse(TenantId caller, PoolRow pool) =>
        pool.Owner == caller.Value || pool.Visibility == $"{PoolVisibility.Public}" || pool.Shares.Contains(caller.Value);
}
