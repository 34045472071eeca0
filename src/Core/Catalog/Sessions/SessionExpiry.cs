using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>What an idle session lets go of, and how it gets it back.</summary>
internal static class SessionExpiry
{
    /// <summary>The session lets go of its tasks and stands where a restart would put it. Does nothing where it has expired.</summary>
    public static async ValueTask<SessionRow> ExpireAsync(IRegistryTransaction registry, SessionRow session)
    {
        if (session.Released is not null)
        {
            return session;
        }

        var tasks = await registry.Sessions.ListTasksAsync(session.Key).ConfigureAwait(false);
        foreach (var task in tasks)
        {
            registry.Delete(task);
        }

        // What it has published since belongs to the pool.
        return await UpdateAsync(registry, session with { Released = CatalogJson.Write(tasks), PoolVersion = session.StandPoolVersion }).ConfigureAwait(false);
    }

    /// <summary>The session takes its tasks up again. Does nothing where it has not expired.</summary>
    /// <exception cref="PreconditionRejection">A task is in another session now, or what the session began with is gone.</exception>
    public static async ValueTask<SessionRow> ResumeAsync(IRegistryTransaction registry, SessionRow session)
    {
        if (session.Released is null)
        {
            return session;
        }

        var opener = new TenantId(session.Opener);
        foreach (var released in CatalogJson.Read<IReadOnlyList<SessionTaskRow>>(session.Released))
        {
            if (await registry.Tasks.FindAsync(released.Task).ConfigureAwait(false) is { } task
                && TaskAccess.GrantsOn(task, opener).HasFlag(Grants.Train))
            {
                await TaskAccess.RequireFreeAsync(registry, opener, task).ConfigureAwait(false);
                await RequireBeginningAsync(registry, session, task, released).ConfigureAwait(false);
                registry.Put(released);
            }
        }

        return await UpdateAsync(registry, session with { Released = null }).ConfigureAwait(false);
    }

    /// <summary>An open session keeps the version that it began with; an expired one without a saved state does not.</summary>
    private static async ValueTask RequireBeginningAsync(IRegistryReader registry, SessionRow session, TaskRow task, SessionTaskRow released)
    {
        if (session.StandState is null
            && released.Version is { } version
            && await registry.Tasks.FindVersionAsync(task.Key, version).ConfigureAwait(false) is null)
        {
            throw new PreconditionRejection(
                $"{SessionSnapshots.NameOf(session)} has expired without a saved state, and {new TaskVersionName(TaskSnapshots.NameOf(task), version)}, "
                + "which it began with, is not kept any more; open another session");
        }
    }

    private static async ValueTask<SessionRow> UpdateAsync(IRegistryTransaction registry, SessionRow row)
    {
        registry.Put(row);
        await Retention.ApplyAsync(registry, row.Pool).ConfigureAwait(false);
        return row;
    }
}
