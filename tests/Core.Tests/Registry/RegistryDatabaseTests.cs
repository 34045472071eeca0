using CoLA.Core.Registry;
using CoLA.Core.Rejections;
using Microsoft.Data.Sqlite;
using Xunit;

namespace CoLA.Core.Tests.Registry;

public sealed class RegistryDatabaseTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("cola-registry-").FullName;

    private string File => Path.Combine(_directory, "cola.db");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void Open_NewFile_HasTheSchemaAndAWriteAheadLog()
    {
        using (new RegistryDatabase(File))
        {
        }

        Assert.Equal((long)Schema.Version, Execute("PRAGMA user_version"));
        Assert.Equal("wal", Execute("PRAGMA journal_mode"));
    }

    [Fact]
    public void Open_NewerSchema_IsRefused()
    {
        Execute($"PRAGMA user_version = {Schema.Version + 1}");

        var rejection = Assert.Throws<PreconditionRejection>(() => new RegistryDatabase(File));

        Assert.Contains($"schema {Schema.Version + 1}", rejection.Message, StringComparison.Ordinal);
        Assert.Contains("newer server", rejection.Message, StringComparison.Ordinal);
        Assert.Equal(0L, Execute("SELECT COUNT(*) FROM sqlite_master"));
    }

    [Fact]
    public void Open_OlderSchema_IsBroughtToThisOne()
    {
        using (new RegistryDatabase(File))
        {
        }

        Execute(
            "DROP TABLE jobEvents; DROP TABLE jobs; ALTER TABLE sessions DROP COLUMN released; ALTER TABLE tasks DROP COLUMN startedFrom; PRAGMA "
                + "user_version = 1");

        using (var database = new RegistryDatabase(File))
        {
            Assert.Empty(database.Read(registry => registry.Tasks.List("acme", true, null, ("", ""), 10)));
        }

        Assert.Equal((long)Schema.Version, Execute("PRAGMA user_version"));
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_IsDamaged()
    {
        System.IO.File.WriteAllText(File, new string('x', 4096));

        var rejection = Assert.Throws<DamagedFileRejection>(() => new RegistryDatabase(File));

        Assert.Equal(File, rejection.File);
    }

    [Fact]
    public async Task Transact_ThatThrows_UndoesEverythingAndLetsTheNextIn()
    {
        using var database = new RegistryDatabase(File);
        var afterwards = 0;

        await Assert.ThrowsAsync<InvalidDataException>(() => database.TransactAsync<bool>(
            registry =>
            {
                registry.Requests.EnsureTenant("acme", 1);
                registry.Pools.Insert(Pool("acme"));
                throw new InvalidDataException();
            },
            () => afterwards++,
            Cancellation));

        Assert.Equal(1, afterwards);
        Assert.Null(database.Read(registry => registry.Pools.Find("p")));
        Assert.True(await database.TransactAsync(_ => true, () => { }, Cancellation));
    }

    [Fact]
    public async Task Transact_WhileAnotherHasItsTurn_CanBeCancelled()
    {
        using var database = new RegistryDatabase(File);
        using var inside = new SemaphoreSlim(0);
        using var leave = new SemaphoreSlim(0);
        var first = Task.Run(
            () => database.TransactAsync(
                _ =>
                {
                    inside.Release();
                    leave.Wait(Cancellation);
                    return true;
                },
                () => { },
                Cancellation),
            Cancellation);
        await inside.WaitAsync(Cancellation);
        using var impatient = new CancellationTokenSource();

        var second = database.TransactAsync(_ => true, () => { }, impatient.Token);
        await impatient.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        leave.Release();
        Assert.True(await first);
    }

    private static PoolRow Pool(string owner) => new()
    {
        Id = "p",
        Owner = owner,
        Spec = "{}",
        Visibility = "Private",
        BaseName = "tiny",
        BaseSha256 = "ab12",
        CurrentVersion = 1,
        VersionsMade = 1,
        Created = 1,
    };

    private object? Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={File};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
