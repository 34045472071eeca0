namespace CoLA.Core.Registry;

/// <summary>Open sessions, the tasks that they hold, and their saved states.</summary>
internal interface ISessionTable
{
    ValueTask<SessionRow?> FindAsync(string id);

    ValueTask<SessionRow?> FindAsync(long key);

    /// <summary>Sessions of all tenants with a greater key, oldest first.</summary>
    ValueTask<IReadOnlyList<SessionRow>> ListAsync(long after, int limit);

    /// <summary>How many sessions are open on a pool.</summary>
    ValueTask<int> CountAsync(long pool);

    /// <summary>By which session a task is held; null where by none.</summary>
    ValueTask<SessionTaskRow?> FindTaskAsync(long task);

    /// <summary>The tasks that a session holds, by position.</summary>
    ValueTask<IReadOnlyList<SessionTaskRow>> ListTasksAsync(long session);

    ValueTask<SessionStateRow?> FindStateAsync(long session, int number);

    /// <summary>Saved states of a session with a greater number, oldest first.</summary>
    ValueTask<IReadOnlyList<SessionStateRow>> ListStatesAsync(long session, int after, int limit);
}
