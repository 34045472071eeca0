using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <summary>The tables in one database transaction. A row is written at once; the database undoes it where need be.</summary>
internal sealed class SqliteTables(SqliteConnection connection, SqliteTransaction transaction) : IRegistryTransaction
{
    private readonly SqliteTenants _tenants = new(connection, transaction);
    private readonly SqliteRequests _requests = new(connection, transaction);
    private readonly SqlitePools _pools = new(connection, transaction);
    private readonly SqliteTasks _tasks = new(connection, transaction);
    private readonly SqliteSessions _sessions = new(connection, transaction);
    private readonly SqliteJobs _jobs = new(connection, transaction);
    private readonly List<string> _letGo = [];

    public ITenantTable Tenants => _tenants;

    public IRequestTable Requests => _requests;

    public IPoolTable Pools => _pools;

    public ITaskTable Tasks => _tasks;

    public ISessionTable Sessions => _sessions;

    public IJobTable Jobs => _jobs;

    public IFileTable Files { get; } = new SqliteFiles(connection, transaction);

    public IReadOnlyList<string> LetGo => _letGo;

    public ValueTask<long> NewKeyAsync() =>
        ValueTask.FromResult(connection.ExecuteScalar<long>("UPDATE keys SET last = last + 1 RETURNING last", transaction: transaction));

    public void Put(RegistryRow row)
    {
        switch (row)
        {
            case TenantRow tenant:
                _tenants.Put(tenant);
                break;
            case RequestRow request:
                _requests.Put(request);
                break;
            case PoolRow pool:
                _pools.Put(pool);
                break;
            case PoolVersionRow version:
                _pools.Put(version);
                break;
            case TaskRow task:
                _tasks.Put(task);
                break;
            case TaskVersionRow version:
                _tasks.Put(version);
                break;
            case SessionRow session:
                _sessions.Put(session);
                break;
            case SessionTaskRow task:
                _sessions.Put(task);
                break;
            case SessionStateRow state:
                _sessions.Put(state);
                break;
            case JobRow job:
                _jobs.Put(job);
                break;
            case JobEventRow news:
                _jobs.Put(news);
                break;
            case JobReplyRow reply:
                _jobs.Put(reply);
                break;
            default:
                throw new ArgumentException($"{row.GetType()} has no table.", nameof(row));
        }
    }

    public void Delete(RegistryRow row) => connection.Execute(
        row switch
        {
            TenantRow => "DELETE FROM tenants WHERE id = @Id",
            RequestRow => "DELETE FROM requests WHERE tenant = @Tenant AND id = @Id",
            PoolRow => "DELETE FROM pools WHERE key = @Key",
            PoolVersionRow => "DELETE FROM poolVersions WHERE key = @Key",
            TaskRow => "DELETE FROM tasks WHERE key = @Key",
            TaskVersionRow => "DELETE FROM taskVersions WHERE key = @Key",
            SessionRow => "DELETE FROM sessions WHERE key = @Key",
            SessionTaskRow => "DELETE FROM sessionTasks WHERE task = @Task",
            SessionStateRow => "DELETE FROM sessionStates WHERE session = @Session AND number = @Number",
            JobRow => "DELETE FROM jobs WHERE key = @Key",
            JobEventRow => "DELETE FROM jobEvents WHERE job = @Job AND number = @Number",
            JobReplyRow => "DELETE FROM jobReplies WHERE job = @Job AND id = @Id",
            _ => throw new ArgumentException($"{row.GetType()} has no table.", nameof(row)),
        },
        row,
        transaction);

    public void DeleteJobEvents(long job, long after) =>
        connection.Execute("DELETE FROM jobEvents WHERE job = @job AND number > @after", new { job, after }, transaction);

    public void LetGoOf(string? sha256)
    {
        if (sha256 is not null)
        {
            _letGo.Add(sha256);
        }
    }
}
