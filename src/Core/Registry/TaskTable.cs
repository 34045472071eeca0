using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry;

/// <summary>Tasks, their grants and their versions.</summary>
internal sealed class TaskTable(SqliteConnection connection, SqliteTransaction transaction)
{
    private const string Task = "SELECT key, tenant, id, pool, spec, servedVersion, timesServed, versionsMade, created, startedFrom FROM tasks ";
    private const string Version = "SELECT key, task, number, poolVersion, maker, sha256, bytes, subtractsInitial, servedOrder, created FROM taskVersions ";

    public TaskRow? Find(string tenant, string id) => connection.QuerySingleOrDefault<TaskRow>(
        Task + "WHERE tenant = @tenant AND id = @id",
        new { tenant, id },
        transaction);

    /// <summary>As <see cref="Get"/>; null where it was deleted.</summary>
    public TaskRow? Find(long key) => connection.QuerySingleOrDefault<TaskRow>(Task + "WHERE key = @key", new { key }, transaction);

    public TaskRow Get(long key) => connection.QuerySingle<TaskRow>(Task + "WHERE key = @key", new { key }, transaction);

    /// <summary>Tasks of the tenant, and those granted to it when asked, by name, after the one named.</summary>
    public IReadOnlyList<TaskRow> List(string tenant, bool includeGranted, long? pool, (string Tenant, string Id) after, int limit) =>
        connection.Query<TaskRow>(
            Task + """
            WHERE (tenant, id) > (@afterTenant, @afterId)
              AND (tenant = @tenant OR @includeGranted AND key IN (SELECT task FROM grants WHERE tenant = @tenant))
              AND (@pool IS NULL OR pool = @pool)
            ORDER BY tenant, id LIMIT @limit
            """,
            new { tenant, includeGranted, pool, afterTenant = after.Tenant, afterId = after.Id, limit },
            transaction).AsList();

    /// <summary>Tasks on the pool that the tenant owns or holds all of the rights on, by name.</summary>
    public IReadOnlyList<TaskRow> ListWith(int rights, string tenant, long pool, int limit) => connection.Query<TaskRow>(
        Task + """
        WHERE pool = @pool
          AND (tenant = @tenant OR key IN (SELECT task FROM grants WHERE tenant = @tenant AND rights & @rights = @rights))
        ORDER BY tenant, id LIMIT @limit
        """,
        new { rights, tenant, pool, limit },
        transaction).AsList();

    public long Insert(TaskRow row) => connection.ExecuteScalar<long>(
        """
        INSERT INTO tasks (tenant, id, pool, spec, servedVersion, timesServed, versionsMade, created, startedFrom)
        VALUES (@Tenant, @Id, @Pool, @Spec, @ServedVersion, @TimesServed, @VersionsMade, @Created, @StartedFrom)
        RETURNING key
        """,
        row,
        transaction);

    public void Update(TaskRow row) => connection.Execute(
        "UPDATE tasks SET servedVersion = @ServedVersion, timesServed = @TimesServed, versionsMade = @VersionsMade WHERE key = @Key",
        row,
        transaction);

    public void Delete(long key) => connection.Execute("DELETE FROM tasks WHERE key = @key", new { key }, transaction);

    public IReadOnlyList<GrantRow> Grants(long task) => connection.Query<GrantRow>(
        "SELECT tenant, rights FROM grants WHERE task = @task ORDER BY tenant",
        new { task },
        transaction).AsList();

    public void SetGrants(long task, IEnumerable<GrantRow> grants)
    {
        connection.Execute("DELETE FROM grants WHERE task = @task", new { task }, transaction);
        connection.Execute(
            "INSERT INTO grants (task, tenant, rights) VALUES (@task, @Tenant, @Rights)",
            grants.Select(grant => new { task, grant.Tenant, grant.Rights }),
            transaction);
    }

    public TaskVersionRow? FindVersion(long task, int number) => connection.QuerySingleOrDefault<TaskVersionRow>(
        Version + "WHERE task = @task AND number = @number",
        new { task, number },
        transaction);

    /// <summary>All its versions, oldest first.</summary>
    public IReadOnlyList<TaskVersionRow> Versions(long task) => connection.Query<TaskVersionRow>(
        Version + "WHERE task = @task ORDER BY number",
        new { task },
        transaction).AsList();

    /// <summary>Versions of a lower number, newest first.</summary>
    public IReadOnlyList<TaskVersionRow> VersionsBefore(long task, int number, int limit) => connection.Query<TaskVersionRow>(
        Version + "WHERE task = @task AND number < @number ORDER BY number DESC LIMIT @limit",
        new { task, number, limit },
        transaction).AsList();

    public void InsertVersion(TaskVersionRow row) => connection.Execute(
        """
        INSERT INTO taskVersions (task, number, poolVersion, maker, sha256, bytes, subtractsInitial, servedOrder, created)
        VALUES (@Task, @Number, @PoolVersion, @Maker, @Sha256, @Bytes, @SubtractsInitial, @ServedOrder, @Created)
        """,
        row,
        transaction);

    public void SetServedOrder(long version, int servedOrder) => connection.Execute(
        "UPDATE taskVersions SET servedOrder = @servedOrder WHERE key = @version",
        new { version, servedOrder },
        transaction);

    public void DeleteVersion(long key) => connection.Execute("DELETE FROM taskVersions WHERE key = @key", new { key }, transaction);
}
