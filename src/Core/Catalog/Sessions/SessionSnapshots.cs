using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Registry;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>Rows of sessions as what callers see.</summary>
internal static class SessionSnapshots
{
    public static SessionName NameOf(SessionRow row) => new(row.Id);

    public static async ValueTask<SessionSnapshot> OfAsync(IRegistryReader registry, SessionRow row)
    {
        var pool = await registry.Pools.GetAsync(row.Pool).ConfigureAwait(false);
        var poolVersion = await registry.Pools.GetVersionAsync(pool.Key, row.PoolVersion).ConfigureAwait(false);
        var tasks = new List<SessionTaskSnapshot>();
        foreach (var task in await registry.Sessions.ListTasksAsync(row.Key).ConfigureAwait(false))
        {
            tasks.Add(await OfAsync(registry, task).ConfigureAwait(false));
        }

        return new SessionSnapshot(
            NameOf(row),
            new TenantId(row.Opener),
            PoolSnapshots.SpecOf(pool),
            await PoolSnapshots.OfAsync(registry, pool, poolVersion).ConfigureAwait(false),
            row.PoolTrainable,
            row.Rebase,
            row.Settings,
            tasks,
            await StandOfAsync(registry, row).ConfigureAwait(false),
            DateTimeOffset.FromUnixTimeMilliseconds(row.Created),
            row.Released is not null);
    }

    public static SavedState Of(SessionRow session, SessionStateRow row) => new(
        new SessionStateName(NameOf(session), row.Number),
        row.Sequence,
        row.PoolVersion,
        new Artifact(row.Sha256, row.Bytes),
        row.LastRequestHash,
        row.LastReply,
        DateTimeOffset.FromUnixTimeMilliseconds(row.Created));

    // The version whose heads the task began with may be gone once the session stands at a saved state, which holds the heads.
    private static async ValueTask<SessionTaskSnapshot> OfAsync(IRegistryReader registry, SessionTaskRow row)
    {
        var task = await registry.Tasks.GetAsync(row.Task).ConfigureAwait(false);
        var version = row.Version is { } number ? await registry.Tasks.FindVersionAsync(row.Task, number).ConfigureAwait(false) : null;
        var heads = version is null ? null : TaskSnapshots.HeadsOf(version);
        return new SessionTaskSnapshot(TaskSnapshots.NameOf(task), TaskSnapshots.SpecOf(task), row.Version, heads, row.SubtractsInitial);
    }

    private static async ValueTask<SessionStand> StandOfAsync(IRegistryReader registry, SessionRow row)
    {
        var state = row.StandState is { } number ? await registry.Sessions.FindStateAsync(row.Key, number).ConfigureAwait(false) : null;
        return new SessionStand(
            row.StandState,
            state is null ? null : new Artifact(state.Sha256, state.Bytes),
            row.StandSequence,
            row.StandRequestHash,
            row.StandReply);
    }
}
