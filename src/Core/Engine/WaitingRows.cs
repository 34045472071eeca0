using System.Collections.Concurrent;
using CoLA.Core.Fairness;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;

namespace CoLA.Core.Engine;

/// <summary>
/// Rows that wait for their turn: between tenants the one that was served least, within a tenant the one that came first.
/// Bounded: what does not fit is refused, not kept.
/// </summary>
internal sealed class WaitingRows(int most, VirtualCounters counters)
{
    private readonly ConcurrentQueue<IReadOnlyList<Sequence>> _submitted = new();
    private readonly FairQueue<Sequence> _waiting = new(counters);
    private int _count;

    /// <summary>Rows that wait; from any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Lets rows wait; from any thread.</summary>
    /// <exception cref="ExhaustedRejection">Too many rows wait already.</exception>
    /// <exception cref="InvalidArgumentRejection">There are more rows than may ever wait.</exception>
    public void Submit(IReadOnlyList<Sequence> rows)
    {
        if (rows.Count > most)
        {
            throw new InvalidArgumentRejection("rows", $"are {rows.Count}; {most} may wait at most, split them into several calls");
        }

        if (Interlocked.Add(ref _count, rows.Count) > most)
        {
            Interlocked.Add(ref _count, -rows.Count);
            throw new ExhaustedRejection($"{rows.Count} more rows would be above the {most} that may wait", TimeSpan.FromSeconds(1));
        }

        _submitted.Enqueue(rows);
    }

    /// <summary>Takes in what was submitted, and lets go of rows whose callers have gone. On the engine's thread, as all that follows.</summary>
    public void Collect()
    {
        while (_submitted.TryDequeue(out var rows))
        {
            foreach (var row in rows)
            {
                _waiting.Add(row.Owner.Tenant, row);
            }
        }
    }

    /// <summary>Tenants with rows that wait, in the order of their turns.</summary>
    public IReadOnlyList<TenantId> Turns() => _waiting.Turns();

    /// <summary>The rows of a tenant, first come first.</summary>
    public IEnumerable<Sequence> Of(TenantId tenant) => _waiting.Of(tenant);

    public void Remove(Sequence row)
    {
        _waiting.Remove(row.Owner.Tenant, row);
        Interlocked.Decrement(ref _count);
    }

    /// <summary>Sends a row back to wait, before all others of its tenant. It had its place already: the bound does not count it out.</summary>
    public void SendBack(Sequence row)
    {
        _waiting.AddFirst(row.Owner.Tenant, row);
        Interlocked.Increment(ref _count);
    }

    /// <summary>Ends every waiting row.</summary>
    public void FailAll(Rejection rejection)
    {
        Collect();
        foreach (var row in Turns().SelectMany(Of).ToArray())
        {
            Remove(row);
            row.Fail(rejection);
        }
    }
}
