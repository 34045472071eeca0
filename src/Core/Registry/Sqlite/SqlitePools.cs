using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <inheritdoc cref="IPoolTable"/>
internal sealed class SqlitePools(SqliteConnection connection, SqliteTransaction transaction) : IPoolTable
{
    private const string Pool = """
        SELECT key, id, owner, spec, visibility, baseName, baseSha256, currentVersion, versionsMade, created,
               (SELECT json_group_array(tenant ORDER BY tenant) FROM poolShares WHERE pool = pools.key) AS shares
        FROM pools 
        """;

    private const string Version = "SELECT key, pool, number, parent, maker, sha256, bytes, created FROM poolVersions ";

    public ValueTask<PoolRow?> FindAsync(string id) => ValueTask.FromResult(connection.QuerySingleOrDefault<PoolRow>(
        Pool + "WHERE id = @id",
        new { id },
        transaction));

    public ValueTask<PoolRow?> FindAsync(long key) => ValueTask.FromResult(connection.QuerySingleOrDefault<PoolRow>(
        Pool + "WHERE key = @key",
        new { key },
        transaction));

    public ValueTask<IReadOnlyList<PoolRow>> ListOwnedAsync(string owner, string after, int limit) => ListAsync(
        "WHERE owner = @owner AND id > @after ORDER BY id LIMIT @limit",
        new { owner, after, limit });

    public ValueTask<IReadOnlyList<PoolRow>> ListSharedAsync(string tenant, string after, int limit) => ListAsync(
        "WHERE key IN (SELECT pool FROM poolShares WHERE tenant = @tenant) AND id > @after ORDER BY id LIMIT @limit",
        new { tenant, after, limit });

    public ValueTask<IReadOnlyList<PoolRow>> ListByVisibilityAsync(string visibility, string after, int limit) => ListAsync(
        "WHERE visibility = @visibility AND id > @after ORDER BY id LIMIT @limit",
        new { visibility, after, limit });

    public ValueTask<PoolVersionRow?> FindVersionAsync(long pool, int number) => ValueTask.FromResult(connection.QuerySingleOrDefault<PoolVersionRow>(
        Version + "WHERE pool = @pool AND number = @number",
        new { pool, number },
        transaction));

    public ValueTask<IReadOnlyList<PoolVersionRow>> ListVersionsAsync(long pool, int before, int limit) =>
        ValueTask.FromResult<IReadOnlyList<PoolVersionRow>>(connection.Query<PoolVersionRow>(
            Version + "WHERE pool = @pool AND number < @before ORDER BY number DESC LIMIT @limit",
            new { pool, before, limit },
            transaction).AsList());

    public ValueTask<IReadOnlyCollection<int>> VersionsInUseAsync(long pool) => ValueTask.FromResult<IReadOnlyCollection<int>>(connection.Query<int>(
        """
        SELECT poolVersion FROM taskVersions WHERE task IN (SELECT key FROM tasks WHERE pool = @pool)
        UNION SELECT poolVersion FROM sessions WHERE pool = @pool
        UNION SELECT standPoolVersion FROM sessions WHERE pool = @pool
        UNION SELECT poolVersion FROM sessionStates WHERE session IN (SELECT key FROM sessions WHERE pool = @pool)
        """,
        new { pool },
        transaction).AsList());

    public void Put(PoolRow row)
    {
        connection.Execute(
            """
            INSERT INTO pools (key, id, owner, spec, visibility, baseName, baseSha256, currentVersion, versionsMade, created)
            VALUES (@Key, @Id, @Owner, @Spec, @Visibility, @BaseName, @BaseSha256, @CurrentVersion, @VersionsMade, @Created)
            ON CONFLICT (key) DO UPDATE
            SET id = excluded.id, owner = excluded.owner, spec = excluded.spec, visibility = excluded.visibility, baseName = excluded.baseName,
                baseSha256 = excluded.baseSha256, currentVersion = excluded.currentVersion, versionsMade = excluded.versionsMade,
                created = excluded.created;
            DELETE FROM poolShares WHERE pool = @Key
            """,
            row,
            transaction);
        connection.Execute(
            "INSERT INTO poolShares (pool, tenant) VALUES (@Key, @tenant)",
            row.Shares.Select(tenant => new { row.Key, tenant }),
            transaction);
    }

    public void Put(PoolVersionRow row) => connection.Execute(
        """
        INSERT INTO poolVersions (key, pool, number, parent, maker, sha256, bytes, created)
        VALUES (@Key, @Pool, @Number, @Parent, @Maker, @Sha256, @Bytes, @Created)
        ON CONFLICT (key) DO UPDATE
        SET pool = excluded.pool, number = excluded.number, parent = excluded.parent, maker = excluded.maker, sha256 = excluded.sha256,
            bytes = excluded.bytes, created = excluded.created
        """,
        row,
        transaction);

    private ValueTask<IReadOnlyList<PoolRow>> ListAsync(string where, object parameters) =>
        ValueTask.FromResult<IReadOnlyList<PoolRow>>(connection.Query<PoolRow>(Pool + where, parameters, transaction).AsList());
}
