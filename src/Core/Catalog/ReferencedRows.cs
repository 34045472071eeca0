using CoLA.Core.Registry;

namespace CoLA.Core.Catalog;

/// <summary>Finds rows that other rows name: they are there as long as those are.</summary>
internal static class ReferencedRows
{
    public static async ValueTask<PoolRow> GetAsync(this IPoolTable pools, long key) =>
        await pools.FindAsync(key).ConfigureAwait(false) ?? throw Missing($"pool {key}");

    public static async ValueTask<PoolVersionRow> GetVersionAsync(this IPoolTable pools, long pool, int number) =>
        await pools.FindVersionAsync(pool, number).ConfigureAwait(false) ?? throw Missing($"version {number} of pool {pool}");

    public static async ValueTask<TaskRow> GetAsync(this ITaskTable tasks, long key) =>
        await tasks.FindAsync(key).ConfigureAwait(false) ?? throw Missing($"task {key}");

    public static async ValueTask<TaskVersionRow> GetVersionAsync(this ITaskTable tasks, long task, int number) =>
        await tasks.FindVersionAsync(task, number).ConfigureAwait(false) ?? throw Missing($"version {number} of task {task}");

    public static async ValueTask<SessionRow> GetAsync(this ISessionTable sessions, long key) =>
        await sessions.FindAsync(key).ConfigureAwait(false) ?? throw Missing($"session {key}");

    private static InvalidOperationException Missing(string row) => new($"The registry has lost {row}, which another row names.");
}
