using CoLA.Core.Registry;
using CoLA.Core.Registry.Sqlite;
using CoLA.Core.Rejections;
using Dapper;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CoLA.Core.Tests.Registry.Sqlite;

public sealed class SqliteRegistryTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cola-registry-").FullName;

    private string File => Path.Combine(_directory, "cola.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Open_NewFile_HasTheSchemaAndAWriteAheadLog()
    {
        using (new SqliteRegistry(File))
        {
        }

        Assert.Equal((long)Schema.Version, Execute("PRAGMA user_version"));
        Assert.Equal("wal", Execute("PRAGMA journal_mode"));
    }

    [Fact]
    public void Open_NewerSchema_IsRefused()
    {
        Execute($"PRAGMA user_version = {Schema.Version + 1}");

        var rejection = Assert.Throws<PreconditionRejection>(() => new SqliteRegistry(File));

        Assert.Contains($"schema {Schema.Version + 1}", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("newer server", rejection.Message, StringComparison.Ordinal);
        Assert.Equal(0L, Execute("SELECT COUNT(*) FROM sqlite_master"));
    }

    [Theory]
    [InlineData(1, "DROP TABLE jobEvents; DROP TABLE jobs; ALTER TABLE sessions DROP COLUMN released; ALTER TABLE tasks DROP COLUMN startedFrom")]
    [InlineData(2, "DROP TABLE jobEvents; DROP TABLE jobs; ALTER TABLE sessions DROP COLUMN released")]
    [InlineData(3, "DROP TABLE jobEvents; DROP TABLE jobs")]
    [InlineData(4, "")]
    public void Open_OlderSchema_IsBroughtToThisOne(int schema, string older)
    {
        Execute(SchemaFour.Tables + older + $"; PRAGMA user_version = {schema}");

        using (new SqliteRegistry(File))
        {
        }

        Assert.Equal((long)Schema.Version, Execute("PRAGMA user_version"));
        var upgraded = Columns();
        SqliteConnection.ClearAllPools();
        System.IO.File.Delete(File);
        using (new SqliteRegistry(File))
        {
        }

        Assert.Equal(Columns(), upgraded);
    }

    [Fact]
    public async Task Open_RowsOfSchemaFour_AreThoseOfThisOne()
    {
        Execute(SchemaFour.Tables + SchemaFour.Rows + "PRAGMA user_version = 4");

        using var registry = new SqliteRegistry(File);
        await registry.ReadAsync(
            async reader =>
            {
                var stands = (await reader.Sessions.FindAsync("stands"))!;
                Assert.Equal((3, 2, 2, 7), (stands.PoolVersion, stands.StandPoolVersion, stands.StandState, stands.StandSequence));
                var opened = (await reader.Sessions.FindAsync("opened"))!;
                Assert.Equal((2, 1, null), (opened.PoolVersion, opened.StandPoolVersion, opened.StandState));
                Assert.Equal([1, 2, 3], (await reader.Pools.VersionsInUseAsync(1)).Order());
                Assert.Equal(["p"], (await reader.Pools.ListSharedAsync("globex", "", 9)).Select(pool => pool.Id));
                Assert.Equal([new GrantRow("globex", 3)], (await reader.Tasks.FindAsync("acme", "t"))!.Grants);
                Assert.Equal(["runs"], (await reader.Jobs.ListInWorkAsync(null, 0, 9)).Select(job => job.Id));
                Assert.Equal(8 + (24 * 60 * 60 * 1000), (await reader.Requests.FindAsync("acme", "mine"))!.Expires);
                return true;
            },
            Cancellation);
        Assert.True(await registry.TransactAsync(run => run.NewKeyAsync(), Cancellation) > 90);
    }

    [Fact]
    public async Task Open_JobOfSchemaFour_KeepsItsRepliesToItself()
    {
        Execute(SchemaFour.Tables + SchemaFour.Rows + "PRAGMA user_version = 4");

        using var registry = new SqliteRegistry(File);
        var replies = await registry.ReadAsync(
            async reader => (await reader.Jobs.ListRepliesAsync(2)).Concat(await reader.Jobs.ListRepliesAsync(1)),
            Cancellation);

        Assert.Equal([("open", "\"opened\""), ("save-50", "\"saved\"")], replies.Select(reply => (reply.Id, reply.Reply)).Order());
        Assert.Equal(1L, Execute("SELECT COUNT(*) FROM requests"));
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_IsDamaged()
    {
        System.IO.File.WriteAllText(File, new string('x', 4096));

        var rejection = Assert.Throws<DamagedFileRejection>(() => new SqliteRegistry(File));

        Assert.Equal(File, rejection.File);
    }

    [Fact]
    public async Task Transact_WhileAnotherHasItsTurn_CanBeCancelled()
    {
        using var registry = new SqliteRegistry(File);
        using var inside = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        var first = Task.Run(
            () => registry.TransactAsync(
                _ =>
                {
                    inside.Release();
                    leave.Wait(Cancellation);
                    return ValueTask.FromResult(true);
                },
                Cancellation).AsTask(),
            Cancellation);
        await inside.WaitAsync(Cancellation);
        using var impatient = new CancellationTokenSource();

        var second = registry.TransactAsync(_ => ValueTask.FromResult(true), impatient.Token).AsTask();
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        leave.Release();
        Assert.True(await first);
    }

    [Fact]
    public async Task Dispose_ThenAnyCall_IsRefused()
    {
        var registry = new SqliteRegistry(File);
        registry.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => registry.ReadAsync(_ => ValueTask.FromResult(true), Cancellation).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => registry.TransactAsync(_ => ValueTask.FromResult(true), Cancellation).AsTask());
    }

    /// <summary>Every table's columns, and every index, in the order of their names.</summary>
    private string[] Columns()
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        return [.. connection.Query<string>(
            """
            SELECT tables.name || '.' || columns.name || ' ' || columns.type FROM sqlite_master AS tables, pragma_table_info(tables.name) AS columns
            WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%'
            UNION SELECT 'index ' || sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
            ORDER BY 1
            """)];
    }

    private object? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
