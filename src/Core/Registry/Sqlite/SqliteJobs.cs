using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <inheritdoc cref="IJobTable"/>
internal sealed class SqliteJobs(SqliteConnection connection, SqliteTransaction transaction) : IJobTable
{
    private const string Job = """
        SELECT key, id, tenant, baseSha256, plan, state, inWork, dataSha256, dataBytes, session, progress, outcome, created, started, ended
        FROM jobs 
        """;

    public ValueTask<JobRow?> FindAsync(string tenant, string id) => ValueTask.FromResult(connection.QuerySingleOrDefault<JobRow>(
        Job + "WHERE tenant = @tenant AND id = @id",
        new { tenant, id },
        transaction));

    public ValueTask<IReadOnlyList<JobRow>> ListAsync(string tenant, long before, int limit) => ValueTask.FromResult<IReadOnlyList<JobRow>>(
        connection.Query<JobRow>(
            Job + "WHERE tenant = @tenant AND key < @before ORDER BY key DESC LIMIT @limit",
            new { tenant, before, limit },
            transaction).AsList());

    public ValueTask<IReadOnlyList<JobRow>> ListInWorkAsync(string? tenant, long after, int limit) => ValueTask.FromResult<IReadOnlyList<JobRow>>(
        connection.Query<JobRow>(
            Job + "WHERE inWork AND key > @after AND (@tenant IS NULL OR tenant = @tenant) ORDER BY key LIMIT @limit",
            new { tenant, after, limit },
            transaction).AsList());

    public ValueTask<IReadOnlyList<JobEventRow>> ListEventsAsync(long job, long after, int limit) => ValueTask.FromResult<IReadOnlyList<JobEventRow>>(
        connection.Query<JobEventRow>(
            "SELECT job, number, step, event FROM jobEvents WHERE job = @job AND number > @after ORDER BY number LIMIT @limit",
            new { job, after, limit },
            transaction).AsList());

    public ValueTask<JobReplyRow?> FindReplyAsync(long job, string id) => ValueTask.FromResult(connection.QuerySingleOrDefault<JobReplyRow>(
        "SELECT job, id, reply FROM jobReplies WHERE job = @job AND id = @id",
        new { job, id },
        transaction));

    public ValueTask<IReadOnlyList<JobReplyRow>> ListRepliesAsync(long job) => ValueTask.FromResult<IReadOnlyList<JobReplyRow>>(
        connection.Query<JobReplyRow>("SELECT job, id, reply FROM jobReplies WHERE job = @job", new { job }, transaction).AsList());

    public void Put(JobRow row) => connection.Execute(
        """
        INSERT INTO jobs (key, id, tenant, baseSha256, plan, state, inWork, dataSha256, dataBytes, session, progress, outcome, created, started, ended)
        VALUES (@Key, @Id, @Tenant, @BaseSha256, @Plan, @State, @InWork, @DataSha256, @DataBytes, @Session, @Progress, @Outcome, @Created, @Started, @Ended)
        ON CONFLICT (key) DO UPDATE
        SET id = excluded.id, tenant = excluded.tenant, baseSha256 = excluded.baseSha256, plan = excluded.plan, state = excluded.state,
            inWork = excluded.inWork, dataSha256 = excluded.dataSha256, dataBytes = excluded.dataBytes, session = excluded.session,
            progress = excluded.progress, outcome = excluded.outcome, created = excluded.created, started = excluded.started, ended = excluded.ended
        """,
        row,
        transaction);

    public void Put(JobEventRow row) => connection.Execute(
        """
        INSERT INTO jobEvents (job, number, step, event) VALUES (@Job, @Number, @Step, @Event)
        ON CONFLICT (job, number) DO UPDATE SET step = excluded.step, event = excluded.event
        """,
        row,
        transaction);

    public void Put(JobReplyRow row) => connection.Execute(
        "INSERT INTO jobReplies (job, id, reply) VALUES (@Job, @Id, @Reply) ON CONFLICT (job, id) DO UPDATE SET reply = excluded.reply",
        row,
        transaction);
}
