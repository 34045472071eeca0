using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry;

/// <summary>Open sessions, their tasks and their saved states.</summary>
internal sealed class SessionTable(SqliteConnection connection, SqliteTransaction transaction)
{
    private const string Session = """
        SELECT key, id, opener, pool, openingPoolVersion, poolVersion, poolTrainable, rebase, settings, statesMade,
               standState, standSequence, standRequestHash, standReply, released, created
        FROM sessions
        """;

    private const string Task = " SELECT task, session, position, version, subtractsInitial FROM sessionTasks ";
    private const string State = "SELECT session, number, sequence, poolVersion, sha256, bytes, lastRequestHash, lastReply, created FROM sessionStates ";

    public SessionRow? Find(string id) => connection.QuerySingleOrDefault<SessionRow>(Session + " WHERE id = @id", new { id }, transaction);

    public SessionRow Get(long key) => connection.QuerySingle<SessionRow>(Session + " WHERE key = @key", new { key }, transaction);

    public IReadOnlyList<SessionRow> List() => connection.Query<SessionRow>(Session + " ORDER BY key", transaction: transaction).AsList();

    public long Insert(SessionRow row) => connection.ExecuteScalar<long>(
        """
        INSERT INTO sessions (id, opener, pool, openingPoolVersion, poolVersion, poolTrainable, rebase, settings, statesMade, standSequence, created)
        VALUES (@Id, @Opener, @Pool, @OpeningPoolVersion, @PoolVersion, @PoolTrainable, @Rebase, @Settings, @StatesMade, @StandSequence, @Created)
        RETURNING key
        """,
        row,
        transaction);

    public void Update(SessionRow row) => connection.Execute(
        """
        UPDATE sessions
        SET poolVersion = @PoolVersion, statesMade = @StatesMade, standState = @StandState, standSequence = @StandSequence,
            standRequestHash = @StandRequestHash, standReply = @StandReply, released = @Released
        WHERE key = @Key
        """,
        row,
        transaction);

    /// <summary>Sets every session back to the pool version of its stand.</summary>
    public void ReturnToStand() => connection.Execute(
        """
        UPDATE sessions SET poolVersion = COALESCE(
            (SELECT poolVersion FROM sessionStates WHERE session = key AND number = standState),
            openingPoolVersion)
        """,
        transaction: transaction);

    public void Delete(long key) => connection.Execute("DELETE FROM sessions WHERE key = @key", new { key }, transaction);

    public IReadOnlyList<SessionTaskRow> Tasks(long session) => connection.Query<SessionTaskRow>(
        Task + "WHERE session = @session ORDER BY position",
        new { session },
        transaction).AsList();

    public SessionTaskRow? FindTask(long task) => connection.QuerySingleOrDefault<SessionTaskRow>(
        Task + "WHERE task = @task",
        new { task },
        transaction);

    public void InsertTask(SessionTaskRow row) => connection.Execute(
        "INSERT INTO sessionTasks (task, session, position, version, subtractsInitial) VALUES (@Task, @Session, @Position, @Version, @SubtractsInitial)",
        row,
        transaction);

    public void DeleteTask(long task) => connection.Execute("DELETE FROM sessionTasks WHERE task = @task", new { task }, transaction);

    public SessionStateRow? FindState(long session, int number) => connection.QuerySingleOrDefault<SessionStateRow>(
        State + "WHERE session = @session AND number = @number",
        new { session, number },
        transaction);

    public IReadOnlyList<SessionStateRow> States(long session) => connection.Query<SessionStateRow>(
        State + "WHERE session = @session ORDER BY number",
        new { session },
        transaction).AsList();

    public void InsertState(SessionStateRow row) => connection.Execute(
        """
        INSERT INTO sessionStates (session, number, sequence, poolVersion, sha256, bytes, lastRequestHash, lastReply, created)
        VALUES (@Session, @Number, @Sequence, @PoolVersion, @Sha256, @Bytes, @LastRequestHash, @LastReply, @Created)
        """,
        row,
        transaction);

    public void DeleteState(long session, int number) => connection.Execute(
        "DELETE FROM sessionStates WHERE session = @session AND number = @number",
        new { session, number },
        transaction);
}
