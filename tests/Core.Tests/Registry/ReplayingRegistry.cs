using System.Collections.Immutable;
using CoLA.Core.Registry;

namespace CoLA.Core.Tests.Registry;

/// <summary>
/// An optimistic registry in memory. A transaction runs on the rows as they are, and is committed where no other was
/// meanwhile; otherwise it runs again. Besides the run that counts, it throws one away before that and one after it: a
/// transaction with an effect outside of its rows shows that effect several times, or that of a run that does not count.
/// </summary>
internal sealed class ReplayingRegistry : IRegistry
{
    private readonly Lock _lock = new();
    private ImmutableDictionary<string, RegistryRow> _rows = ImmutableDictionary<string, RegistryRow>.Empty;
    private long _lastKey;
    private int _transactions;

    /// <summary>Called in every transaction when all is done but its commit: where a test makes it fail.</summary>
    public Action BeforeCommit { get; set; } = () => { };

    /// <summary>Whether every other transaction finds a conflict at its first commit, as if another had been faster.</summary>
    public bool Conflicts { get; init; }

    /// <summary>Another registry with the rows of this one.</summary>
    public ReplayingRegistry Copy() => new() { _rows = Current(), _lastKey = _lastKey, Conflicts = Conflicts };

    public long NewKey() => Interlocked.Increment(ref _lastKey);

    public async ValueTask<T> ReadAsync<T>(Func<IRegistryReader, ValueTask<T>> read, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var rows = Current();
        await DiscardAsync(read, rows);
        return await read(new ReplayedTables(this, rows));
    }

    public async ValueTask<T> TransactAsync<T>(Func<IRegistryTransaction, ValueTask<T>> act, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var conflict = Conflicts && Interlocked.Increment(ref _transactions) % 2 == 0;
        while (true)
        {
            var rows = Current();
            var run = new ReplayedTables(this, rows);
            await DiscardAsync(act, rows);
            T result;
            try
            {
                result = await act(run);
            }
            catch when (rows != Current())
            {
                continue; // what it has read is not so any more
            }

            await DiscardAsync(act, rows);
            run.RequireOwners();
            if (!conflict)
            {
                BeforeCommit();
            }

            if (!conflict && TryCommit(rows, run.Rows))
            {
                return result;
            }

            conflict = false;
        }
    }

    private bool TryCommit(ImmutableDictionary<string, RegistryRow> read, ImmutableDictionary<string, RegistryRow> written)
    {
        lock (_lock)
        {
            var isFirst = _rows == read;
            _rows = isFirst ? written : _rows;
            return isFirst;
        }
    }

    private ImmutableDictionary<string, RegistryRow> Current()
    {
        lock (_lock)
        {
            return _rows;
        }
    }

    private async ValueTask DiscardAsync<T>(Func<ReplayedTables, ValueTask<T>> act, ImmutableDictionary<string, RegistryRow> rows)
    {
        try
        {
            await act(new ReplayedTables(this, rows));
        }
        catch (Exception)
        {
            // Not even a failure of it counts.
        }
    }
}
