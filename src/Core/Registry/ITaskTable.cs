namespace CoLA.Core.Registry;

/// <summary>Tasks and their versions.</summary>
internal interface ITaskTable
{
    ValueTask<TaskRow?> FindAsync(string tenant, string id);

    ValueTask<TaskRow?> FindAsync(long key);

    /// <summary>Tasks of a tenant, by id.</summary>
    /// <param name="tenant">Their owner.</param>
    /// <param name="pool">Only tasks of the pool with this key; null for all.</param>
    /// <param name="after">Only greater ids.</param>
    /// <param name="limit">At most so many.</param>
    ValueTask<IReadOnlyList<TaskRow>> ListOwnedAsync(string tenant, long? pool, string after, int limit);

    /// <summary>Tasks that name the tenant in <see cref="TaskRow.Grants"/>, by owner and id.</summary>
    /// <param name="tenant">Who has the grants.</param>
    /// <param name="pool">Only tasks of the pool with this key; null for all.</param>
    /// <param name="after">Only greater owners, or the same owner and greater ids.</param>
    /// <param name="limit">At most so many.</param>
    ValueTask<IReadOnlyList<TaskRow>> ListGrantedAsync(string tenant, long? pool, (string Tenant, string Id) after, int limit);

    /// <summary>How many tasks are attached to a pool.</summary>
    ValueTask<int> CountAsync(long pool);

    ValueTask<TaskVersionRow?> FindVersionAsync(long task, int number);

    /// <summary>Versions of a task with a lower number, newest first.</summary>
    ValueTask<IReadOnlyList<TaskVersionRow>> ListVersionsAsync(long task, int before, int limit);
}
