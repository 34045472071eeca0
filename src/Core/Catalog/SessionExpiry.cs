using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>What an idle session lets go of, and how it gets it back.</summary>
internal sealed class SessionExpiry(RegistryTransaction registry, SessionRow session)
{
    public SessionRow Expire()
    {
        if (session.Released is not null)
        {
            return session;
        }

        var tasks = registry.Sessions.Tasks(session.Key);
        foreach (var task in tasks)
        {
            registry.Sessions.DeleteTask(task.Task);
        }

        // What was published since belongs to the pool; the session itself stands where a restart would put it.
        var state = session.StandState is { } number ? registry.Sessions.FindState(session.Key, number) : null;
        return Updated(session with
        {
            Released = CatalogJson.Write(tasks),
            PoolVersion = state?.PoolVersion ?? session.OpeningPoolVersion,
        });
    }

    public SessionRow Resume()
    {
        if (session.Released is null)
        {
            return session;
        }

        var opener = new TenantId(session.Opener);
        foreach (var released in CatalogJson.Read<IReadOnlyList<SessionTaskRow>>(session.Released))
        {
            if (registry.Tasks.Find(released.Task) is not { } task || !Access.GrantsOn(registry, opener, task).HasFlag(Grants.Train))
            {
                continue;
            }

            if (registry.Sessions.FindTask(task.Key) is { } held)
            {
                throw SessionOpening.IsHeld(registry, opener, task, held);
            }

            RequireBeginning(task, released);
            registry.Sessions.InsertTask(released);
        }

        return Updated(session with { Released = null });
    }

    /// <summary>An open session keeps the version that it began with; an expired one without a saved state does not.</summary>
    private void RequireBeginning(TaskRow task, SessionTaskRow released)
    {
        if (session.StandState is null && released.Version is { } version && registry.Tasks.FindVersion(task.Key, version) is null)
        {
            throw new PreconditionRejection(
                $"{Snapshots.NameOf(session)} has expired without a saved state, and {new TaskVersionName(Snapshots.NameOf(task), version)}, "
                + "which it began with, is not kept any more; open another session");
        }
    }

    private SessionRow Updated(SessionRow row)
    {
        registry.Sessions.Update(row);
        Retention.Apply(registry, row.Pool);
        return row;
    }
}
