using System.Collections.Concurrent;
using CoLA.Core.Fairness;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;

namespace CoLA.Core.Engine;

/// <summary>
/// The bounded queue of waiting rows. The tenant that was served least goes first; within a tenant, first come, first served.
/// Rows that exceed the bound are refused.
/// </summary>
/// <param name="maximum">Rows that may wait, of all tenants together.</param>
/// <param name="counters">Decides which tenant is next.</param>
internal sealed class WaitingRows(int maximum, VirtualCounters counters)
{
    private readonly ConcurrentQueue<IReadOnlyList<Sequence>> _submitted = new();
    private readonly FairQueue<Sequence> _waiting = new(counters);
    private int _count;

    /// <summary>Number of waiting rows. Any thread may read it.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Adds rows to the queue: all of them, or none. Any thread may call it.</summary>
    /// <exception cref="ExhaustedRejection">The queue has no room for all of the rows now.</exception>
    /// <exception cref="InvalidArgumentRejection">There are more rows than the queue can ever hold.</exception>
    public void Submit(IReadOnlyList<Sequence> rows)
    {
        if (rows.Count > maximum)
        {
            throw new InvalidArgumentRejection("rows", $"are {rows.Count}; at most {maximum} may wait, split them into several calls");
        }

        if (Interlocked.Add(ref _count, rows.Count) > maximum)
        {
            Interlocked.Add(ref _count, -rows.Count);
            throw new ExhaustedRejection($"{rows.Count} more rows would exceed the {maximum} rows that may wait", TimeSpan.FromSeconds(1));
        }

        _submitted.Enqueue(rows);
    }

    /// <summary>Moves submitted rows into the fair queue. This member and those below run on the engine's thread only.</summary>
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

    /// <summary>Tenants that have waiting rows, next tenant first.</summary>
    public IReadOnlyList<TenantId> Turns() => _waiting.Turns();

    /// <summary>Waiting rows of a tenant, next row first.</summary>
    public IEnumerable<Sequence> Of(TenantId tenant) => _waiting.Of(tenant);

    public void Remove(Sequence row)
    {
        _waiting.Remove(row.Owner.Tenant, row);
        Interlocked.Decrement(ref _count);
    }

    /// <summary>Puts a preempted row back, before all other rows of its tenant. It is accepted even if the queue is full.</summary>
    public void Requeue(Sequence row)
    {
        _waiting.AddFirst(row.Owner.Tenant, row);
        Interlocked.Increment(ref _count);
    }

    /// <summary>Ends every waiting row with <paramref name="rejection"/>.</summary>
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
