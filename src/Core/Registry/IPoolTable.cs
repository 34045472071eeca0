namespace CoLA.Core.Registry;

/// <summary>Pools and their versions.</summary>
internal interface IPoolTable
{
    ValueTask<PoolRow?> FindAsync(string id);

    ValueTask<PoolRow?> FindAsync(long key);

    /// <summary>Pools of that owner, by id.</summary>
    ValueTask<IReadOnlyList<PoolRow>> ListOwnedAsync(string owner, string after, int limit);

    /// <summary>Pools that name the tenant in <see cref="PoolRow.Shares"/>, by id.</summary>
    ValueTask<IReadOnlyList<PoolRow>> ListSharedAsync(string tenant, string after, int limit);

    /// <summary>Pools of that visibility, by id.</summary>
    ValueTask<IReadOnlyList<PoolRow>> ListByVisibilityAsync(string visibility, string after, int limit);

    ValueTask<PoolVersionRow?> FindVersionAsync(long pool, int number);

    /// <summary>Versions of a pool with a lower number, newest first.</summary>
    ValueTask<IReadOnlyList<PoolVersionRow>> ListVersionsAsync(long pool, int before, int limit);

    /// <summary>
    /// Numbers of the pool's versions that a task version, a session (as its <see cref="SessionRow.PoolVersion"/> or its
    /// <see cref="SessionRow.StandPoolVersion"/>) or a saved state names, in any order.
    /// </summary>
    /// <remarks>A store without queries counts the names of each version as rows are put and deleted.</remarks>
    ValueTask<IReadOnlyCollection<int>> VersionsInUseAsync(long pool);
}
