using System.Collections.Concurrent;
using CoLA.Core.Cache;
using CoLA.Core.Inference;
using CoLA.Core.Rejections;

namespace CoLA.Core.Engine;

/// <summary>
/// Rows that wait for their turn, in the order in which they came, and the rule of admission: a slot, and room for the
/// keys and values that the row can ever need. Bounded: what does not fit is refused, not kept.
/// </summary>
internal sealed class WaitingRows(EngineOptions options, KeyValueCache cache)
{
    private readonly ConcurrentQueue<IReadOnlyList<Sequence>> _submitted = new();
    private readonly Queue<Sequence> _waiting = new();
    private int _count;

    /// <summary>Rows that wait; from any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Whether a row could ever run; from any thread.</summary>
    /// <exception cref="ExhaustedRejection">Its keys and values alone are more than the server has room for.</exception>
    public void RequireRoomFor(Sequence row)
    {
        if (cache.BytesAlone(1, row.MostPositions) is var bytes && bytes > options.KeyValueMemory)
        {
            throw new ExhaustedRejection(
                $"the row needs {bytes} bytes of keys and values for {row.MostPositions} tokens; the server has {options.KeyValueMemory}. "
                + "Ask for fewer tokens");
        }
    }

    /// <summary>Lets rows wait; from any thread.</summary>
    /// <exception cref="ExhaustedRejection">Too many rows wait already.</exception>
    public void Submit(IReadOnlyList<Sequence> rows)
    {
        if (Interlocked.Add(ref _count, rows.Count) > options.MaximumWaiting)
        {
            Interlocked.Add(ref _count, -rows.Count);
            throw new ExhaustedRejection(
                $"{rows.Count} more rows would be above the {options.MaximumWaiting} that may wait",
                TimeSpan.FromSeconds(1));
        }

        _submitted.Enqueue(rows);
    }

    /// <summary>The next row, if it may join <paramref name="running"/>; rows whose callers have gone are dropped. On the engine's thread.</summary>
    public Sequence? Next(RunningRows running)
    {
        Collect();
        while (_waiting.TryPeek(out var next))
        {
            if (!next.IsCancelled && !MayJoin(next, running))
            {
                return null;
            }

            _waiting.Dequeue();
            Interlocked.Decrement(ref _count);
            if (!next.IsCancelled)
            {
                return next;
            }
        }

        return null;
    }

    /// <summary>Ends every waiting row. On the engine's thread.</summary>
    public void FailAll(Rejection rejection)
    {
        Collect();
        while (_waiting.TryDequeue(out var row))
        {
            row.Fail(rejection);
        }
    }

    private bool MayJoin(Sequence next, RunningRows running) =>
        running.Count < options.MaximumRows
        && cache.BytesWith(running.Count + 1, Math.Max(running.LongestNeed, next.MostPositions)) <= options.KeyValueMemory;

    private void Collect()
    {
        while (_submitted.TryDequeue(out var rows))
        {
            foreach (var row in rows)
            {
                _waiting.Enqueue(row);
            }
        }
    }
}
