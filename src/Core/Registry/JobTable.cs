using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry;

/// <summary>Jobs, and what they have to tell.</summary>
internal sealed class JobTable(SqliteConnection connection, SqliteTransaction transaction)
{
    private const string Job = """
        SELECT key, id, tenant, baseSha256, plan, state, dataSha256, dataBytes, session, progress, outcome, created, started, ended
        FROM jobs 
        """;

    public JobRow? Find(string tenant, string id) => connection.QuerySingleOrDefault<JobRow>(
        Job + "WHERE tenant = @tenant AND id = @id",
        new { tenant, id },
        transaction);

    /// <summary>A tenant's jobs of a lower key, newest first.</summary>
    public IReadOnlyList<JobRow> ListBefore(string tenant, long key, int limit) => connection.Query<JobRow>(
        Job + "WHERE tenant = @tenant AND key < @key ORDER BY key DESC LIMIT @limit",
        new { tenant, key, limit },
        transaction).AsList();

    /// <summary>Jobs of all tenants that have not ended, or have ended and not closed their session; oldest first.</summary>
    public IReadOnlyList<JobRow> InWork() => connection.Query<JobRow>(
        Job + "WHERE ended IS NULL OR session IS NOT NULL ORDER BY key",
        transaction: transaction).AsList();

    public int CountUnended(string tenant) => connection.ExecuteScalar<int>(
        "SELECT COUNT(*) FROM jobs WHERE tenant = @tenant AND ended IS NULL",
        new { tenant },
        transaction);

    public long Insert(JobRow row) => connection.ExecuteScalar<long>(
        """
        INSERT INTO jobs (id, tenant, baseSha256, plan, state, dataSha256, dataBytes, progress, created)
        VALUES (@Id, @Tenant, @BaseSha256, @Plan, @State, @DataSha256, @DataBytes, @Progress, @Created)
        RETURNING key
        """,
        row,
        transaction);

    public void Update(JobRow row) => connection.Execute(
        """
        UPDATE jobs
        SET state = @State, dataSha256 = @DataSha256, dataBytes = @DataBytes, session = @Session, progress = @Progress,
            outcome = @Outcome, started = @Started, ended = @Ended
        WHERE key = @Key
        """,
        row,
        transaction);

    /// <summary>Deletes the tenant's ended jobs but the newest, with what they had to tell.</summary>
    public void DeleteEnded(string tenant, int kept) => connection.Execute(
        """
        DELETE FROM jobs WHERE key IN (
            SELECT key FROM jobs WHERE tenant = @tenant AND ended IS NOT NULL AND session IS NULL ORDER BY key DESC LIMIT -1 OFFSET @kept)
        """,
        new { tenant, kept },
        transaction);

    /// <summary>From the first on.</summary>
    public IReadOnlyList<string> Events(long job, long after) => connection.Query<string>(
        "SELECT event FROM jobEvents WHERE job = @job AND number > @after ORDER BY number",
        new { job, after },
        transaction).AsList();

    public void InsertEvents(IEnumerable<JobEventRow> rows) => connection.Execute(
        "INSERT INTO jobEvents (job, number, step, event) VALUES (@Job, @Number, @Step, @Event)",
        rows,
        transaction);

    public void DeleteEventsBehind(long job, int step) => connection.Execute(
        "DELETE FROM jobEvents WHERE job = @job AND step > @step",
        new { job, step },
        transaction);
}
