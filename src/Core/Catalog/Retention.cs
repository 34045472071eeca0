using CoLA.Core.Registry;

namespace CoLA.Core.Catalog;

/// <summary>
/// What is kept of versions. A task: its served version, the last 10 that it served, the last 10 made, and what an open
/// session still begins from. A pool: version 1, the current one, and those that a kept task version, an open session
/// or a saved state stands on.
/// </summary>
internal static class Retention
{
    public const int VersionsKept = 10;

    /// <summary>Lets go of the rest, the tasks' versions first because they hold the pool's.</summary>
    public static void Apply(RegistryTransaction registry, long pool, params IEnumerable<long> tasks)
    {
        foreach (var task in tasks)
        {
            ApplyToTask(registry, task);
        }

        ApplyToPool(registry, pool);
    }

    private static void ApplyToTask(RegistryTransaction registry, long key)
    {
        var task = registry.Tasks.Get(key);
        var versions = registry.Tasks.Versions(key);
        var kept = new HashSet<int> { task.ServedVersion };
        kept.UnionWith(versions.TakeLast(VersionsKept).Select(version => version.Number));
        kept.UnionWith(versions
            .Where(version => version.ServedOrder is not null)
            .OrderByDescending(version => version.ServedOrder)
            .Take(VersionsKept)
            .Select(version => version.Number));
        if (registry.Sessions.FindTask(key) is { Version: { } opening } held && registry.Sessions.Get(held.Session).StandState is null)
        {
            kept.Add(opening);
        }

        foreach (var version in versions.Where(version => !kept.Contains(version.Number)))
        {
            registry.Tasks.DeleteVersion(version.Key);
            registry.Files.LetGoOf(version.Sha256);
        }
    }

    private static void ApplyToPool(RegistryTransaction registry, long key)
    {
        var kept = registry.Pools.VersionsInUse(key).Append(1).Append(registry.Pools.Get(key).CurrentVersion).ToHashSet();
        foreach (var version in registry.Pools.Versions(key).Where(version => !kept.Contains(version.Number)))
        {
            registry.Pools.DeleteVersion(version.Key);
            registry.Files.LetGoOf(version.Sha256);
        }
    }
}
