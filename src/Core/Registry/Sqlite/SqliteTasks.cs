using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <inheritdoc cref="ITaskTable"/>
internal sealed class SqliteTasks(SqliteConnection connection, SqliteTransaction transaction) : ITaskTable
{
    private const string Task = """
        SELECT key, tenant, id, pool, spec, servedVersion, timesServed, versionsMade, created, startedFrom,
               (SELECT json_group_array(json_object('Tenant', grants.tenant, 'Rights', rights) ORDER BY grants.tenant)
                FROM grants WHERE task = tasks.key) AS grants
        FROM tasks 
        """;

    private const string Version = "SELECT key, task, number, poolVersion, maker, sha256, bytes, subtractsInitial, servedOrder, created FROM taskVersions ";

    public ValueTask<TaskRow?> FindAsync(string tenant, string id) => ValueTask.FromResult(connection.QuerySingleOrDefault<TaskRow>(
        Task + "WHERE tenant = @tenant AND id = @id",
        new { tenant, id },
        transaction));

    public ValueTask<TaskRow?> FindAsync(long key) => ValueTask.FromResult(connection.QuerySingleOrDefault<TaskRow>(
        Task + "WHERE key = @key",
        new { key },
        transaction));

    public ValueTask<IReadOnlyList<TaskRow>> ListOwnedAsync(string tenant, long? pool, string after, int limit) => ListAsync(
        "WHERE tenant = @tenant AND id > @after AND (@pool IS NULL OR pool = @pool) ORDER BY id LIMIT @limit",
        new { tenant, pool, after, limit });

    public ValueTask<IReadOnlyList<TaskRow>> ListGrantedAsync(string tenant, long? pool, (string Tenant, string Id) after, int limit) => ListAsync(
        """
        WHERE key IN (SELECT task FROM grants WHERE tenant = @tenant)
          AND (tenant, id) > (@afterTenant, @afterId) AND (@pool IS NULL OR pool = @pool)
        ORDER BY tenant, id LIMIT @limit
        """,
        new { tenant, pool, afterTenant = after.Tenant, afterId = after.Id, limit });

    public ValueTask<int> CountAsync(long pool) => ValueTask.FromResult(connection.ExecuteScalar<int>(
        "SELECT COUNT(*) FROM tasks WHERE pool = @pool",
        new { pool },
        transaction));

    public ValueTask<TaskVersionRow?> FindVersionAsync(long task, int number) => ValueTask.FromResult(connection.QuerySingleOrDefault<TaskVersionRow>(
        Version + "WHERE task = @task AND number = @number",
        new { task, number },
        transaction));

    public ValueTask<IReadOnlyList<TaskVersionRow>> ListVersionsAsync(long task, int before, int limit) =>
        ValueTask.FromResult<IReadOnlyList<TaskVersionRow>>(connection.Query<TaskVersionRow>(
            Version + "WHERE task = @task AND number < @before ORDER BY number DESC LIMIT @limit",
            new { task, before, limit },
            transaction).AsList());

    public void Put(TaskRow row)
    {
        connection.Execute(
            """
            INSERT INTO tasks (key, tenant, id, pool, spec, servedVersion, timesServed, versionsMade, created, startedFrom)
            VALUES (@Key, @Tenant, @Id, @Pool, @Spec, @ServedVersion, @TimesServed, @VersionsMade, @Created, @StartedFrom)
            ON CONFLICT (key) DO UPDATE
            SET tenant = excluded.tenant, id = excluded.id, pool = excluded.pool, spec = excluded.spec, servedVersion = excluded.servedVersion,
                timesServed = excluded.timesServed, versionsMade = excluded.versionsMade, created = excluded.created,
                startedFrom = excluded.startedFrom;
            DELETE FROM grants WHERE task = @Key
            """,
            row,
            transaction);
        connection.Execute(
            "INSERT INTO grants (task, tenant, rights) VALUES (@Key, @Tenant, @Rights)",
            row.Grants.Select(grant => new { row.Key, grant.Tenant, grant.Rights }),
            transaction);
    }

    public void Put(TaskVersionRow row) => connection.Execute(
        """
        INSERT INTO taskVersions (key, task, number, poolVersion, maker, sha256, bytes, subtractsInitial, servedOrder, created)
        VALUES (@Key, @Task, @Number, @PoolVersion, @Maker, @Sha256, @Bytes, @SubtractsInitial, @ServedOrder, @Created)
        ON CONFLICT (key) DO UPDATE
        SET task = excluded.task, number = excluded.number, poolVersion = excluded.poolVersion, maker = excluded.maker, sha256 = excluded.sha256,
            bytes = excluded.bytes, subtractsInitial = excluded.subtractsInitial, servedOrder = excluded.servedOrder, created = excluded.created
        """,
        row,
        transaction);

    private ValueTask<IReadOnlyList<TaskRow>> ListAsync(string where, object parameters) =>
        ValueTask.FromResult<IReadOnlyList<TaskRow>>(connection.Query<TaskRow>(Task + where, parameters, transaction).AsList());
}
