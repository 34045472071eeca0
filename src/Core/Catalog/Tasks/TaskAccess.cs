using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>
/// Finds tasks that a caller names. A task that the caller may not see is not found; what it sees but may not do is refused
/// as a matter of permission.
/// </summary>
internal static class TaskAccess
{
    /// <summary>A task that the caller owns or holds a grant on, whichever.</summary>
    /// <exception cref="NotFoundRejection">There is none of that name, or the caller may not see it.</exception>
    public static async ValueTask<TaskRow> VisibleAsync(IRegistryReader registry, TenantId caller, TaskName name) =>
        await registry.Tasks.FindAsync(name.Tenant.Value, name.Task).ConfigureAwait(false) is { } task && GrantsOn(task, caller) != Grants.None
            ? task
            : throw NotFoundRejection.Of(name);

    /// <summary>A task that the caller owns or holds the needed grant on.</summary>
    /// <exception cref="NotFoundRejection">There is none of that name, or the caller may not see it.</exception>
    /// <exception cref="PermissionRejection">The caller sees it, but lacks the grant.</exception>
    public static async ValueTask<TaskRow> WithAsync(IRegistryReader registry, TenantId caller, TaskName name, Grants needed)
    {
        var task = await VisibleAsync(registry, caller, name).ConfigureAwait(false);
        return GrantsOn(task, caller).HasFlag(needed)
            ? task
            : throw new PermissionRejection($"{caller} has no {EnumNames.Of(needed)} grant on {name}; its owner can give one");
    }

    /// <exception cref="NotFoundRejection">There is none of that name, or the caller may not see it.</exception>
    /// <exception cref="PermissionRejection">The caller sees it, but does not own it.</exception>
    public static async ValueTask<TaskRow> OwnAsync(IRegistryReader registry, TenantId caller, TaskName name)
    {
        var task = await VisibleAsync(registry, caller, name).ConfigureAwait(false);
        return task.Tenant == caller.Value ? task : throw new PermissionRejection($"{name} belongs to {task.Tenant}; only its owner changes it");
    }

    /// <summary>What a tenant may do with a task: everything, where it owns it.</summary>
    public static Grants GrantsOn(TaskRow task, TenantId tenant) => task.Tenant == tenant.Value
        ? Grants.All
        : (Grants)(task.Grants.FirstOrDefault(grant => grant.Tenant == tenant.Value)?.Rights ?? 0);

    /// <summary>A version that is kept.</summary>
    /// <exception cref="NotFoundRejection">It is not kept; the message says which are.</exception>
    public static async ValueTask<TaskVersionRow> VersionAsync(IRegistryReader registry, TaskRow task, int number)
    {
        if (await registry.Tasks.FindVersionAsync(task.Key, number).ConfigureAwait(false) is { } version)
        {
            return version;
        }

        var kept = await registry.Tasks.ListVersionsAsync(task.Key, int.MaxValue, int.MaxValue).ConfigureAwait(false);
        throw new NotFoundRejection(
            $"{new TaskVersionName(TaskSnapshots.NameOf(task), number)} was not found; kept: "
            + string.Join(", ", kept.Select(version => version.Number).Reverse()));
    }

    /// <exception cref="PreconditionRejection">An open session holds the task. Only the session's opener is told its name.</exception>
    public static async ValueTask RequireFreeAsync(IRegistryReader registry, TenantId caller, TaskRow task)
    {
        if (await registry.Sessions.FindTaskAsync(task.Key).ConfigureAwait(false) is { } held)
        {
            var session = await registry.Sessions.GetAsync(held.Session).ConfigureAwait(false);
            var which = session.Opener == caller.Value ? $", {new SessionName(session.Id)}" : "";
            throw new PreconditionRejection($"{TaskSnapshots.NameOf(task)} is in an open session{which}; a task is in one at most, until it is closed");
        }
    }
}
