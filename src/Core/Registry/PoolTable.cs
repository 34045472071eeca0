using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry;

/// <summary>Pools, whom they are shared with, and their versions.</summary>
internal sealed class PoolTable(SqliteConnection connection, SqliteTransaction transaction)
{
    private const string Pool = "SELECT key, id, owner, spec, visibility, baseName, baseSha256, currentVersion, versionsMade, created FROM pools ";
    private const string Version = "SELECT key, pool, number, parent, maker, sha256, bytes, created FROM poolVersions ";

    public PoolRow? Find(string id) => connection.QuerySingleOrDefault<PoolRow>(Pool + "WHERE id = @id", new { id }, transaction);

    public PoolRow Get(long key) => connection.QuerySingle<PoolRow>(Pool + "WHERE key = @key", new { key }, transaction);

    /// <summary>Pools that the tenant owns or may use, by id, after <paramref name="after"/>.</summary>
    public IReadOnlyList<PoolRow> List(string tenant, string after, int limit) => connection.Query<PoolRow>(
        Pool + """
        WHERE id > @after
          AND (owner = @tenant OR visibility = 'Public'
               OR visibility = 'Shared' AND key IN (SELECT pool FROM poolShares WHERE tenant = @tenant))
        ORDER BY id LIMIT @limit
        """,
        new { tenant, after, limit },
        transaction).AsList();

    public long Insert(PoolRow row) => connection.ExecuteScalar<long>(
        """
        INSERT INTO pools (id, owner, spec, visibility, baseName, baseSha256, currentVersion, versionsMade, created)
        VALUES (@Id, @Owner, @Spec, @Visibility, @BaseName, @BaseSha256, @CurrentVersion, @VersionsMade, @Created)
        RETURNING key
        """,
        row,
        transaction);

    public void Update(PoolRow row) => connection.Execute(
        "UPDATE pools SET visibility = @Visibility, currentVersion = @CurrentVersion, versionsMade = @VersionsMade WHERE key = @Key",
        row,
        transaction);

    public void Delete(long key) => connection.Execute("DELETE FROM pools WHERE key = @key", new { key }, transaction);

    public IReadOnlyList<string> Shares(long pool) => connection.Query<string>(
        "SELECT tenant FROM poolShares WHERE pool = @pool ORDER BY tenant",
        new { pool },
        transaction).AsList();

    public void SetShares(long pool, IEnumerable<string> tenants)
    {
        connection.Execute("DELETE FROM poolShares WHERE pool = @pool", new { pool }, transaction);
        connection.Execute(
            "INSERT INTO poolShares (pool, tenant) VALUES (@pool, @tenant)",
            tenants.Select(tenant => new { pool, tenant }),
            transaction);
    }

    public PoolVersionRow? FindVersion(long pool, int number) => connection.QuerySingleOrDefault<PoolVersionRow>(
        Version + "WHERE pool = @pool AND number = @number",
        new { pool, number },
        transaction);

    /// <summary>All its versions, oldest first.</summary>
    public IReadOnlyList<PoolVersionRow> Versions(long pool) => connection.Query<PoolVersionRow>(
        Version + "WHERE pool = @pool ORDER BY number",
        new { pool },
        transaction).AsList();

    /// <summary>Versions of a lower number, newest first.</summary>
    public IReadOnlyList<PoolVersionRow> VersionsBefore(long pool, int number, int limit) => connection.Query<PoolVersionRow>(
        Version + "WHERE pool = @pool AND number < @number ORDER BY number DESC LIMIT @limit",
        new { pool, number, limit },
        transaction).AsList();

    public void InsertVersion(PoolVersionRow row) => connection.Execute(
        """
        INSERT INTO poolVersions (pool, number, parent, maker, sha256, bytes, created)
        VALUES (@Pool, @Number, @Parent, @Maker, @Sha256, @Bytes, @Created)
        """,
        row,
        transaction);

    public void DeleteVersion(long key) => connection.Execute("DELETE FROM poolVersions WHERE key = @key", new { key }, transaction);

    /// <summary>Numbers of the versions that task versions, open sessions and saved states stand on.</summary>
    public IReadOnlyList<int> VersionsInUse(long pool) => connection.Query<int>(
        """
        SELECT poolVersion FROM taskVersions WHERE task IN (SELECT key FROM tasks WHERE pool = @pool)
        UNION SELECT poolVersion FROM sessions WHERE pool = @pool
        UNION SELECT openingPoolVersion FROM sessions WHERE pool = @pool AND standState IS NULL
        UNION SELECT poolVersion FROM sessionStates WHERE session IN (SELECT key FROM sessions WHERE pool = @pool)
        """,
        new { pool },
        transaction).AsList();

    public (int Tasks, int Sessions) CountAttached(long pool) => connection.QuerySingle<(int, int)>(
        "SELECT (SELECT COUNT(*) FROM tasks WHERE pool = @pool), (SELECT COUNT(*) FROM sessions WHERE pool = @pool)",
        new { pool },
        transaction);
}
