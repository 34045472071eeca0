using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <inheritdoc cref="ISessionTable"/>
internal sealed class SqliteSessions(SqliteConnection connection, SqliteTransaction transaction) : ISessionTable
{
    private const string Session = """
        SELECT key, id, opener, pool, poolVersion, poolTrainable, rebase, settings, statesMade,
               standPoolVersion, standState, standSequence, standRequestHash, standReply, released, created
        FROM sessions 
        """;

    private const string Task = "SELECT task, session, position, version, subtractsInitial FROM sessionTasks ";
    private const string State = "SELECT session, number, sequence, poolVersion, sha256, bytes, lastRequestHash, lastReply, created FROM sessionStates ";

    public ValueTask<SessionRow?> FindAsync(string id) => ValueTask.FromResult(connection.QuerySingleOrDefault<SessionRow>(
        Session + "WHERE id = @id",
        new { id },
        transaction));

    public ValueTask<SessionRow?> FindAsync(long key) => ValueTask.FromResult(connection.QuerySingleOrDefault<SessionRow>(
        Session + "WHERE key = @key",
        new { key },
        transaction));

    public ValueTask<IReadOnlyList<SessionRow>> ListAsync(long after, int limit) => ValueTask.FromResult<IReadOnlyList<SessionRow>>(
        connection.Query<SessionRow>(
            Session + "WHERE key > @after ORDER BY key LIMIT @limit",
            new { after, limit },
            transaction).AsList());

    public ValueTask<int> CountAsync(long pool) => ValueTask.FromResult(connection.ExecuteScalar<int>(
        "SELECT COUNT(*) FROM sessions WHERE pool = @pool",
        new { pool },
        transaction));

    public ValueTask<SessionTaskRow?> FindTaskAsync(long task) => ValueTask.FromResult(connection.QuerySingleOrDefault<SessionTaskRow>(
        Task + "WHERE task = @task",
        new { task },
        transaction));

    public ValueTask<IReadOnlyList<SessionTaskRow>> ListTasksAsync(long session) => ValueTask.FromResult<IReadOnlyList<SessionTaskRow>>(
        connection.Query<SessionTaskRow>(
            Task + "WHERE session = @session ORDER BY position",
            new { session },
            transaction).AsList());

    public ValueTask<SessionStateRow?> FindStateAsync(long session, int number) => ValueTask.FromResult(
        connection.QuerySingleOrDefault<SessionStateRow>(
            State + "WHERE session = @session AND number = @number",
            new { session, number },
            transaction));

    public ValueTask<IReadOnlyList<SessionStateRow>> ListStatesAsync(long session, int after, int limit) =>
        ValueTask.FromResult<IReadOnlyList<SessionStateRow>>(connection.Query<SessionStateRow>(
            State + "WHERE session = @session AND number > @after ORDER BY number LIMIT @limit",
            new { session, after, limit },
            transaction).AsList());

    public void Put(SessionRow row) => connection.Execute(
        """
        INSERT INTO sessions (key, id, opener, pool, poolVersion, poolTrainable, rebase, settings, statesMade,
                              standPoolVersion, standState, standSequence, standRequestHash, standReply, released, created)
        VALUES (@Key, @Id, @Opener, @Pool, @PoolVersion, @PoolTrainable, @Rebase, @Settings, @StatesMade,
                @StandPoolVersion, @StandState, @StandSequence, @StandRequestHash, @StandReply, @Released, @Created)
        ON CONFLICT (key) DO UPDATE
        SET id = excluded.id, opener = excluded.opener, pool = excluded.pool, poolVersion = excluded.poolVersion,
            poolTrainable = excluded.poolTrainable, rebase = excluded.rebase, settings = excluded.settings, statesMade = excluded.statesMade,
            standPoolVersion = excluded.standPoolVersion, standState = excluded.standState, standSequence = excluded.standSequence,
            standRequestHash = excluded.standRequestHash, standReply = excluded.standReply, released = excluded.released, created = excluded.created
        """,
        row,
        transaction);

    public void Put(SessionTaskRow row) => connection.Execute(
        """
        INSERT INTO sessionTasks (task, session, position, version, subtractsInitial)
        VALUES (@Task, @Session, @Position, @Version, @SubtractsInitial)
        ON CONFLICT (task) DO UPDATE
        SET session = excluded.session, position = excluded.position, version = excluded.version, subtractsInitial = excluded.subtractsInitial
        """,
        row,
        transaction);

    public void Put(SessionStateRow row) => connection.Execute(
        """
        INSERT INTO sessionStates (session, number, sequence, poolVersion, sha256, bytes, lastRequestHash, lastReply, created)
        VALUES (@Session, @Number, @Sequence, @PoolVersion, @Sha256, @Bytes, @LastRequestHash, @LastReply, @Created)
        ON CONFLICT (session, number) DO UPDATE
        SET sequence = excluded.sequence, poolVersion = excluded.poolVersion, sha256 = excluded.sha256, bytes = excluded.bytes,
            lastRequestHash = excluded.lastRequestHash, lastReply = excluded.lastReply, created = excluded.created
        """,
        row,
        transaction);
}
