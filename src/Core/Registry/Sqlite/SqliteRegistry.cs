using CoLA.Core.Rejections;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry.Sqlite;

/// <summary>
/// The registry in one SQLite file: write-ahead log, flushed at every commit. One writer at a time, whose turn is awaited;
/// readers see the last commit and wait for nobody. Everything but the wait for one's turn completes synchronously, and
/// every transaction runs once.
/// </summary>
internal sealed class SqliteRegistry : IRegistry, IDisposable
{
    private const int NotADatabase = 26;
    private const int Corrupt = 11;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Action? _beforeCommit;
    private volatile bool _disposed;

    static SqliteRegistry()
    {
        SqlMapper.AddTypeHandler(new JsonColumn<IReadOnlyList<string>>());
        SqlMapper.AddTypeHandler(new JsonColumn<IReadOnlyList<GrantRow>>());
    }

    /// <param name="path">The file, made when it is not there.</param>
    /// <param name="beforeCommit">Called in every transaction when all is done but its commit: where a test makes it fail.</param>
    /// <exception cref="PreconditionRejection">A newer server wrote the file.</exception>
    /// <exception cref="DamagedFileRejection">The file is not a database that can be read.</exception>
    public SqliteRegistry(string path, Action? beforeCommit = null)
    {
        _beforeCommit = beforeCommit;
        _connectionString = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true }.ToString();
        _writer = new SqliteConnection(_connectionString);
        try
        {
            _writer.Open();
            _writer.Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            PrepareSchema(path);
        }
        catch (SqliteException failure) when (failure.SqliteErrorCode is NotADatabase or Corrupt)
        {
            Dispose();
            throw new DamagedFileRejection(path, $"is not a registry that can be read ({failure.Message})");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public async ValueTask<T> ReadAsync<T>(Func<IRegistryReader, ValueTask<T>> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var transaction = connection.BeginTransaction(deferred: true);
        return await read(new SqliteTables(connection, transaction)).ConfigureAwait(false);
    }

    public async ValueTask<T> TransactAsync<T>(Func<IRegistryTransaction, ValueTask<T>> act, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            using var transaction = _writer.BeginTransaction();
            var result = await act(new SqliteTables(_writer, transaction)).ConfigureAwait(false);
            _beforeCommit?.Invoke();
            transaction.Commit();
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes it after the writer whose turn it is; those who wait for theirs are refused.</summary>
    public void Dispose()
    {
        _turn.Wait();
        _disposed = true;
        _writer.Dispose();
        using var pooled = new SqliteConnection(_connectionString);
        SqliteConnection.ClearPool(pooled);
        _turn.Release();
    }

    private void PrepareSchema(string path)
    {
        using var transaction = _writer.BeginTransaction();
        var found = _writer.ExecuteScalar<int>("PRAGMA user_version", transaction: transaction);
        if (found > Schema.Version)
        {
            throw new PreconditionRejection(
                $"{path} has schema {found}; this server knows schemas up to {Schema.Version}: start the newer server that wrote it");
        }

        if (found == 0)
        {
            _writer.Execute(Schema.Tables, transaction: transaction);
        }
        else
        {
            foreach (var upgrade in SchemaUpgrades.From.Skip(found - 1))
            {
                _writer.Execute(upgrade, transaction: transaction);
            }
        }

        _writer.Execute($"PRAGMA user_version = {Schema.Version}", transaction: transaction);
        transaction.Commit();
    }
}
