using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Engine.Runners;
using CoLA.Core.Fairness;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;
using CoLA.Core.Telemetry;

namespace CoLA.Core.Engine;

/// <summary>
/// Decides which rows run and which of their tokens the next step computes (continuous batching). Rows join and leave at
/// every step. Long prompts are prefilled in chunks, in the same step as decoding rows. When the key-value blocks run out,
/// the row that was admitted last is preempted: it waits again, and its keys and values are recomputed later. Members run
/// on the engine's thread unless they say otherwise.
/// </summary>
internal sealed class Scheduler(EngineOptions options, KeyValueBlocks blocks, AdapterBank bank, VirtualCounters counters, EngineMetrics metrics, bool invariant)
{
    /// <summary>A generated token costs as much as two prompt tokens (arXiv 2401.00588, section 5).</summary>
    private const double WeightOfGenerated = 2;

    private readonly WaitingRows _waiting = new(options.MaximumWaiting, counters);
    private readonly List<Sequence> _running = []; // in order of admission

    /// <summary>Number of waiting rows. Any thread may read it.</summary>
    public int Waiting => _waiting.Count;

    /// <summary>Number of running rows.</summary>
    public int Running => _running.Count;

    /// <summary>Throws if a row can never run because its keys and values do not fit. Any thread may call it.</summary>
    /// <exception cref="ExhaustedRejection">The keys and values of this row alone exceed the server's key-value memory.</exception>
    public void RequireRoomFor(Sequence row)
    {
        if (KeyValueBlocks.For(row.MaximumPositions) > blocks.Capacity)
        {
            throw new ExhaustedRejection(
                $"the row needs keys and values of {row.MaximumPositions} tokens; the server has room for {(long)blocks.Capacity * KeyValueBlocks.Positions}. "
                + "Ask for fewer tokens");
        }
    }

    /// <summary>Adds rows to the waiting queue. Any thread may call it.</summary>
    /// <exception cref="InvalidArgumentRejection">There are more rows than the queue can ever hold.</exception>
    /// <exception cref="ExhaustedRejection">The queue has no room for all of the rows now; none was added.</exception>
    public void Submit(IReadOnlyList<Sequence> rows) => _waiting.Submit(rows);

    /// <summary>Chooses the chunks of the next step. Returns an empty list if there is nothing to do.</summary>
    public List<RowChunk> Plan()
    {
        bank.Adopt();
        DropCancelled();
        ExtendDecodingRows();
        var budget = _running.Exists(row => row.Unread == 1) ? options.PrefillTokensBesideDecoding : options.PrefillTokens;
        var plan = new List<RowChunk>();
        foreach (var row in _running.Where(row => row.Unread == 1))
        {
            plan.Add(new RowChunk(row, 1));
        }

        foreach (var row in _running.Where(row => row.Unread > 1))
        {
            AddChunk(row, plan, ref budget);
        }

        while (budget > 0 && _running.Count < options.MaximumRows && Next() is { } next)
        {
            AddChunk(next, plan, ref budget);
        }

        return plan;
    }

    /// <summary>Cost of a chunk in the fairness counters' tokens.</summary>
    public static double CostOf(RowChunk chunk) => chunk.ProducesToken ? chunk.Length - 1 + WeightOfGenerated : chunk.Length;

    /// <summary>Records that a chunk was computed: charges its cost to the tenant and marks its keys and values as cached.</summary>
    public void Advance(RowChunk chunk)
    {
        var row = chunk.Row;
        counters.Charge(row.Owner.Tenant, CostOf(chunk));
        row.Cached += chunk.Length;
        if (!row.HasGenerated || chunk.Length > 1)
        {
            row.Account.Prefilled(chunk.Length);
        }

        if (!MustRunUncut(row))
        {
            blocks.Share(row.Blocks, row.Owner, row.Tokens, row.Cached);
        }
    }

    /// <summary>Removes a running row and frees its blocks and its adapter.</summary>
    public void Remove(Sequence row)
    {
        _running.Remove(row);
        ReleaseMemory(row);
    }

    /// <summary>Ends every running and waiting row with <paramref name="rejection"/>.</summary>
    public void FailAll(Rejection rejection)
    {
        foreach (var row in _running.ToArray())
        {
            row.Fail(rejection);
            Remove(row);
        }

        _waiting.FailAll(rejection);
    }

    private void AddChunk(Sequence row, List<RowChunk> plan, ref int budget)
    {
        // If sums depend on how the prompt is cut, a deterministic row always has the same chunks: its whole prompt, then single tokens.
        var length = !MustRunUncut(row) ? Math.Min(budget, row.Unread)
            : row.Cached == 0 ? row.Spec.Prompt.Count
            : 1;
        if (budget > 0)
        {
            plan.Add(new RowChunk(row, length));
            budget -= length;
        }
    }

    private bool MustRunUncut(Sequence row) => row.Spec.Deterministic && !invariant;

    private void DropCancelled()
    {
        _waiting.Collect();
        foreach (var row in _running.Where(row => row.IsCancelled).ToArray())
        {
            Remove(row);
        }

        foreach (var row in _waiting.Turns().SelectMany(_waiting.Of).Where(row => row.IsCancelled).ToArray())
        {
            _waiting.Remove(row);
        }
    }

    /// <summary>
    /// Gives one more block to each row whose next token starts a new block. Rows admitted first go first; when no block is
    /// free, the row admitted last is preempted.
    /// </summary>
    private void ExtendDecodingRows()
    {
        for (var at = 0; at < _running.Count; at++)
        {
            var row = _running[at];
            while (!blocks.TryExtend(row.Blocks, KeyValueBlocks.For(row.Tokens.Count)))
            {
                var youngest = _running[^1];
                Preempt(youngest);
                if (youngest == row)
                {
                    break;
                }
            }
        }
    }

    /// <summary>
    /// Returns a running row to the waiting queue. It keeps its tokens and loses its keys and values: they are recomputed
    /// when it runs again, except for those that are still in the prefix cache.
    /// </summary>
    private void Preempt(Sequence row)
    {
        Remove(row);
        row.Cached = 0;
        _waiting.Requeue(row);
        metrics.Preempted();
    }

    /// <summary>
    /// Admits the next waiting row that can run; null if there is none. A row whose adapter is still loading from disk is
    /// skipped, and it keeps its place in the queue. A row that does not fit into the key-value memory is not skipped: no
    /// other row is admitted before it, so that it cannot starve behind smaller rows.
    /// </summary>
    private Sequence? Next()
    {
        foreach (var tenant in _waiting.Turns())
        {
            foreach (var row in _waiting.Of(tenant).Take(options.MaximumRows).ToArray())
            {
                if (row.Source is { } wanted && !bank.HasRoomFor(wanted))
                {
                    return null;
                }

                try
                {
                    if (row.Source is { } source)
                    {
                        if (!bank.TryAcquire(source, out var adapter))
                        {
                            continue;
                        }

                        row.Adapter = adapter;
                    }

                    if (!TryJoin(row))
                    {
                        ReleaseMemory(row);
                        return null;
                    }
                }
                catch (Rejection rejection)
                {
                    _waiting.Remove(row);
                    row.Fail(rejection);
                    continue;
                }
                catch (Exception fault)
                {
                    _waiting.Remove(row);
                    row.Crash(fault);
                    continue;
                }

                _waiting.Remove(row);
                _running.Add(row);
                row.Timing.Admit();
                return row;
            }
        }

        return null;
    }

    /// <summary>
    /// Reserves blocks for all tokens of the row. It also requires one free block per running row, so that the new row is not
    /// preempted in the next steps.
    /// </summary>
    private bool TryJoin(Sequence row)
    {
        var found = MustRunUncut(row) ? 0 : blocks.Reuse(row.Blocks, row.Owner, row.Tokens);
        var wanted = KeyValueBlocks.For(row.Tokens.Count) - row.Blocks.Ids.Count;
        if (wanted + _running.Count > blocks.Available || !blocks.TryExtend(row.Blocks, KeyValueBlocks.For(row.Tokens.Count)))
        {
            return false;
        }

        row.Cached = found;
        if (found > 0)
        {
            metrics.PrefixHit(found);
        }

        return true;
    }

    private void ReleaseMemory(Sequence row)
    {
        blocks.Return(row.Blocks);
        if (row.Adapter is { } adapter)
        {
            row.Adapter = null;
            bank.Release(adapter);
        }
    }
}
