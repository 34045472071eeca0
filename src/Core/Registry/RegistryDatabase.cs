using CoLA.Core.Rejections;
using Dapper;
using Microsoft.Data.Sqlite;

namespace CoLA.Core.Registry;

/// <summary>
/// The registry's SQLite file: write-ahead log, flushed at every commit. One writer at a time, whose turn is awaited;
/// readers see the last commit and wait for nobody. It knows the tables and none of the rules.
/// </summary>
internal sealed class RegistryDatabase : IDisposable
{
    private const int NotADatabase = 26;
    private const int Corrupt = 11;

    private readonly string _connectionString;
    private readonly SqliteConnection _writer;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Action? _beforeCommit;
    private bool _disposed;

    /// <param name="path">The file, made when it is not there.</param>
    /// <param name="beforeCommit">Called in every transaction when all is done but its commit: where a test makes it fail.</param>
    /// <exception cref="PreconditionRejection">A newer server wrote the file.</exception>
    /// <exception cref="DamagedFileRejection">The file is not a database that can be read.</exception>
    public RegistryDatabase(string path, Action? beforeCommit = null)
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

    /// <summary>Reads one consistent state.</summary>
    public T Read<T>(Func<RegistryTransaction, T> read)
    {
        using var connection = new SqliteConnection(_connectionString);
        connection.Open();
        using var transaction = connection.BeginTransaction(deferred: true);
        return read(new RegistryTransaction(connection, transaction));
    }

    /// <summary>All of <paramref name="act"/> or nothing; on the disk when this completes.</summary>
    /// <param name="act">What it throws undoes everything and is passed on.</param>
    /// <param name="afterwards">Runs after the commit or the rollback, before the next writer's turn.</param>
    /// <param name="cancellation">Ends the wait for one's turn.</param>
    /// <exception cref="ObjectDisposedException">The registry was closed before one's turn came.</exception>
    public async Task<T> TransactAsync<T>(Func<RegistryTransaction, T> act, Action afterwards, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return Transact(act);
        }
        finally
        {
            try
            {
                afterwards();
            }
            finally
            {
                _turn.Release();
            }
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

    /// <summary>As <see cref="TransactAsync"/>, for the start, when there is nobody else.</summary>
    public T Transact<T>(Func<RegistryTransaction, T> act)
    {
        using var transaction = _writer.BeginTransaction();
        var result = act(new RegistryTransaction(_writer, transaction));
        _beforeCommit?.Invoke();
        transaction.Commit();
        return result;
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
            foreach (var upgrade in Schema.Upgrades.Skip(found - 1))
            {
                _writer.Execute(upgrade, transaction: transaction);
            }
        }

        _writer.Execute($"PRAGMA user_version = {Schema.Version}", transaction: transaction);

        transaction.Commit();
    }
}
