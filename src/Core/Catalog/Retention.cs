using CoLA.Core.Registry;

namespace CoLA.Core.Catalog;

/// <summary>
/// Which versions are kept. Of a task: its served version, the last 10 that it served, the last 10 made, and the one that
/// an open session without a saved state began with. Of a pool: version 1, the current one, and those that a kept task
/// version, an open session or a saved state stands on.
/// </summary>
internal static class Retention
{
    public const int VersionsKept = 10;

    /// <summary>Deletes the other versions, first those of the tasks, because they keep those of the pool.</summary>
    public static async ValueTask ApplyAsync(IRegistryTransaction registry, long pool, params IEnumerable<long> tasks)
    {
        foreach (var task in tasks)
        {
            await ApplyToTaskAsync(registry, task).ConfigureAwait(false);
        }

        await ApplyToPoolAsync(registry, pool).ConfigureAwait(false);
    }

    private static async ValueTask ApplyToTaskAsync(IRegistryTransaction registry, long key)
    {
        var task = await registry.Tasks.GetAsync(key).ConfigureAwait(false);
        var versions = await registry.Tasks.ListVersionsAsync(key, int.MaxValue, int.MaxValue).ConfigureAwait(false);
        var kept = new HashSet<int> { task.ServedVersion };
        kept.UnionWith(versions.Take(VersionsKept).Select(version => version.Number));
        kept.UnionWith(versions
            .Where(version => version.ServedOrder is not null)
            .OrderByDescending(version => version.ServedOrder)
            .Take(VersionsKept)
            .Select(version => version.Number));
        if (await registry.Sessions.FindTaskAsync(key).ConfigureAwait(false) is { Version: { } opening } held
            && (await registry.Sessions.GetAsync(held.Session).ConfigureAwait(false)).StandState is null)
        {
            kept.Add(opening);
        }

        foreach (var version in versions.Where(version => !kept.Contains(version.Number)))
        {
            registry.Delete(version);
            registry.LetGoOf(version.Sha256);
        }
    }

    private static async ValueTask ApplyToPoolAsync(IRegistryTransaction registry, long key)
    {
        var pool = await registry.Pools.GetAsync(key).ConfigureAwait(false);
        var used = await registry.Pools.VersionsInUseAsync(key).ConfigureAwait(false);
        var kept = used.Append(1).Append(pool.CurrentVersion).ToHashSet();
        foreach (var version in await registry.Pools.ListVersionsAsync(key, int.MaxValue, int.MaxValue).ConfigureAwait(false))
        {
            if (!kept.Contains(version.Number))
            {
                registry.Delete(version);
                registry.LetGoOf(version.Sha256);
            }
        }
    }
}
