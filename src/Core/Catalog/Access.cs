using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>
/// Finds what a caller names, as far as the caller may know of it: what it may not see is not found, what it sees but
/// may not do is refused as a matter of permission.
/// </summary>
internal static class Access
{
    /// <summary>A pool that the caller owns or that is shared with it.</summary>
    public static PoolRow UsablePool(RegistryTransaction registry, TenantId caller, PoolName name) =>
        registry.Pools.Find(name.Pool) is { } pool && MayUse(registry, caller, pool) ? pool : throw NotFound(name.ToString());

    public static PoolRow OwnPool(RegistryTransaction registry, TenantId caller, PoolName name)
    {
        var pool = UsablePool(registry, caller, name);
        return pool.Owner == caller.Value ? pool : throw new PermissionRejection($"{name} belongs to {pool.Owner}; only its owner changes it");
    }

    /// <summary>A version that is kept; the current one where none is named.</summary>
    public static PoolVersionRow PoolVersion(RegistryTransaction registry, PoolRow pool, int? number) =>
        registry.Pools.FindVersion(pool.Key, number ?? pool.CurrentVersion)
        ?? throw new NotFoundRejection(
            $"{new PoolVersionName(Snapshots.NameOf(pool), number ?? pool.CurrentVersion)} was not found; kept: "
            + string.Join(", ", registry.Pools.Versions(pool.Key).Select(version => version.Number)));

    /// <exception cref="PreconditionRejection">The pool was made for another base model than the server's.</exception>
    public static void RequireBase(PoolRow pool, BaseModelIdentity baseModel)
    {
        if (!string.Equals(pool.BaseSha256, baseModel.Sha256, StringComparison.OrdinalIgnoreCase))
        {
            throw new PreconditionRejection(
                $"{Snapshots.NameOf(pool)} was made for the base model {Snapshots.BaseOf(pool)}; this server runs {baseModel}");
        }
    }

    /// <summary>A task that the caller owns or holds a grant on, whichever.</summary>
    public static TaskRow VisibleTask(RegistryTransaction registry, TenantId caller, TaskName name) =>
        registry.Tasks.Find(name.Tenant.Value, name.Task) is { } task && GrantsOn(registry, caller, task) != Grants.None
            ? task
            : throw NotFound(name.ToString());

    /// <summary>A task that the caller owns or holds the needed grant on.</summary>
    public static TaskRow TaskWith(RegistryTransaction registry, TenantId caller, TaskName name, Grants needed)
    {
        var task = VisibleTask(registry, caller, name);
        return GrantsOn(registry, caller, task).HasFlag(needed) ? task : throw Lacks(caller, name, needed);
    }

    public static TaskRow OwnTask(RegistryTransaction registry, TenantId caller, TaskName name)
    {
        var task = VisibleTask(registry, caller, name);
        return task.Tenant == caller.Value ? task : throw new PermissionRejection($"{name} belongs to {task.Tenant}; only its owner changes it");
    }

    public static Grants GrantsOn(RegistryTransaction registry, TenantId caller, TaskRow task) => task.Tenant == caller.Value
        ? Grants.All
        : (Grants)(registry.Tasks.Grants(task.Key).FirstOrDefault(grant => grant.Tenant == caller.Value)?.Rights ?? 0);

    public static TaskVersionRow TaskVersion(RegistryTransaction registry, TaskRow task, int number) =>
        registry.Tasks.FindVersion(task.Key, number)
        ?? throw new NotFoundRejection(
            $"{new TaskVersionName(Snapshots.NameOf(task), number)} was not found; kept: "
            + string.Join(", ", registry.Tasks.Versions(task.Key).Select(version => version.Number)));

    /// <summary>A session that the caller opened.</summary>
    public static SessionRow OwnSession(RegistryTransaction registry, TenantId caller, SessionName name) =>
        FindOwnSession(registry, caller, name) ?? throw NotFound(name.ToString());

    /// <summary>As <see cref="OwnSession"/>; null where it is not there.</summary>
    public static SessionRow? FindOwnSession(RegistryTransaction registry, TenantId caller, SessionName name) =>
        registry.Sessions.Find(name.Session) is { } session && session.Opener == caller.Value ? session : null;

    public static NotFoundRejection NotFound(string name) => new($"{name} was not found");

    public static PermissionRejection Lacks(TenantId caller, TaskName name, Grants needed) =>
        new($"{caller} has no {needed.ToString().ToUpperInvariant()} grant on {name}; its owner can give one");

    private static bool MayUse(RegistryTransaction registry, TenantId caller, PoolRow pool) =>
        pool.Owner == caller.Value || Enum.Parse<PoolVisibility>(pool.Visibility) switch
        {
            PoolVisibility.Public => true,
            PoolVisibility.Shared => registry.Pools.Shares(pool.Key).Contains(caller.Value),
            _ => false,
        };
}
