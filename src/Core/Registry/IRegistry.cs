namespace CoLA.Core.Registry;

/// <summary>
/// Where tenants, pools, tasks, versions, sessions and jobs are recorded. A registry stores rows and finds them by key or
/// by index; it knows none of the rules. Thread-safe.
/// </summary>
/// <remarks>
/// An implementation may lock, or it may be optimistic: record what a transaction reads, keep back what it writes, and
/// run it again when another commit has changed what was read. So what it is given runs any number of times, and only the
/// result of the run that was committed counts. It must have no effect but its writes to the transaction: it sets no
/// variable outside, changes no object that outlives it, and waits for nothing but the registry.
/// </remarks>
internal interface IRegistry
{
    /// <summary>Reads one consistent state: what was committed at one moment.</summary>
    /// <param name="read">May run more than once.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ObjectDisposedException">The registry is closed.</exception>
    ValueTask<T> ReadAsync<T>(Func<IRegistryReader, ValueTask<T>> read, CancellationToken cancellation);

    /// <summary>
    /// Commits all that <paramref name="act"/> writes, or nothing. Transactions are serializable: each behaves as if it ran
    /// alone, after all that were committed before it. When this completes, the writes survive a crash.
    /// </summary>
    /// <param name="act">May run more than once. What it throws undoes its writes and is passed on.</param>
    /// <param name="cancellation">Ends the wait for the transaction's turn; the commit itself is not interrupted.</param>
    /// <exception cref="ObjectDisposedException">The registry was closed before the transaction's turn came.</exception>
    ValueTask<T> TransactAsync<T>(Func<IRegistryTransaction, ValueTask<T>> act, CancellationToken cancellation);
}
