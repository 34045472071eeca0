using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Engine.Runners;
using CoLA.Core.Fairness;
using CoLA.Core.Rejections;
using CoLA.Core.Sequences;
using CoLA.Core.Telemetry;

namespace CoLA.Core.Engine;

/// <summary>
/// Which rows run, and which of their tokens the next step reads. Rows join and leave at every step; long prompts are read
/// in chunks beside the rows that decode; where the blocks for keys and values run out, the row that joined last goes back
/// to wait and is computed again later. On the engine's thread, but for what says otherwise.
/// </summary>
internal sealed class Scheduler(EngineOptions options, KeyValueBlocks blocks, AdapterBank bank, VirtualCounters counters, EngineMetrics metrics, bool invariant)
{
    /// <summary>A generated token weighs as much as two of the prompt (arXiv 2401.00588, section 5).</summary>
    private const double WeightOfGenerated = 2;

    private readonly WaitingRows _waiting = new(options.MaximumWaiting, counters);
    private readonly List<Sequence> _running = []; // in the order in which they joined

    /// <summary>Rows that wait; from any thread.</summary>
    public int Waiting => _waiting.Count;

    public int Running => _running.Count;

    /// <summary>Whether a row could ever run; from any thread.</summary>
    /// <exception cref="ExhaustedRejection">Its keys and values alone are more than the server has room for.</exception>
    public void RequireRoomFor(Sequence row)
    {
        if (KeyValueBlocks.For(row.MostPositions) > blocks.Capacity)
        {
            throw new ExhaustedRejection(
                $"the row needs keys and values of {row.MostPositions} tokens; the server has room for {(long)blocks.Capacity * KeyValueBlocks.Positions}. "
                + "Ask for fewer tokens");
        }
    }

    /// <summary>Lets rows wait for their turn; from any thread.</summary>
    /// <exception cref="ExhaustedRejection">Too many rows wait already.</exception>
    public void Submit(IReadOnlyList<Sequence> rows) => _waiting.Submit(rows);

    /// <summary>What the next step reads; empty when there is nothing to do.</summary>
    public List<Stretch> Plan()
    {
        bank.Adopt();
        DropCancelled();
        GrowThoseThatDecode();
        var budget = _running.Exists(row => row.Unread == 1) ? options.PrefillTokensBesideDecoding : options.PrefillTokens;
        var plan = new List<Stretch>();
        foreach (var row in _running.Where(row => row.Unread == 1))
        {
            plan.Add(new Stretch(row, 1));
        }

        foreach (var row in _running.Where(row => row.Unread > 1))
        {
            Chunk(row, plan, ref budget);
        }

        while (budget > 0 && _running.Count < options.MaximumRows && Next() is { } next)
        {
            Chunk(next, plan, ref budget);
        }

        return plan;
    }

    /// <summary>What a stretch counts in the currency of the counters.</summary>
    public static double CostOf(Stretch stretch) => stretch.GivesToken ? stretch.Length - 1 + WeightOfGenerated : stretch.Length;

    /// <summary>Takes note that a stretch was read: its keys and values are there.</summary>
    public void Advance(Stretch stretch)
    {
        var row = stretch.Row;
        counters.Charge(row.Owner.Tenant, CostOf(stretch));
        row.Cached += stretch.Length;
        if (!row.HasAnswered || stretch.Length > 1)
        {
            row.Account.Prefilled(stretch.Length);
        }

        if (!IsCutByItself(row))
        {
            blocks.Share(row.Blocks, row.Owner, row.Tokens, row.Cached);
        }
    }

    /// <summary>A row leaves; what it held is free for others.</summary>
    public void Remove(Sequence row)
    {
        _running.Remove(row);
        LetGo(row);
    }

    /// <summary>Ends every row with what went wrong.</summary>
    public void FailAll(Rejection rejection)
    {
        foreach (var row in _running.ToArray())
        {
            row.Fail(rejection);
            Remove(row);
        }

        _waiting.FailAll(rejection);
    }

    private void Chunk(Sequence row, List<Stretch> plan, ref int budget)
    {
        // Where sums depend on the cut, a deterministic row has but one: its prompt as a whole, then token by token.
        var length = !IsCutByItself(row) ? Math.Min(budget, row.Unread)
            : row.Cached == 0 ? row.Spec.Prompt.Count
            : 1;
        if (budget > 0)
        {
            plan.Add(new Stretch(row, length));
            budget -= length;
        }
    }

    private bool IsCutByItself(Sequence row) => row.Spec.Deterministic && !invariant;

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

    /// <summary>A block more for each row whose next token begins one; the oldest rows first, at the cost of the youngest.</summary>
    private void GrowThoseThatDecode()
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

    /// <summary>Sends a row back to wait with the tokens it has; their keys and values are computed again, unless they are found.</summary>
    private void Preempt(Sequence row)
    {
        Remove(row);
        row.Cached = 0;
        _waiting.SendBack(row);
        metrics.Preempted();
    }

    /// <summary>
    /// Admits the next row, if there is one that may run. Rows whose adapter is on its way from the disk are passed by:
    /// they are first again as soon as it is here. A row that finds no room is not: nobody overtakes it, so that it cannot
    /// starve behind rows that ask for less.
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
                        LetGo(row);
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

    /// <summary>Blocks for all tokens that the row has, and one for each row that runs already, so that it does not have to leave again at once.</summary>
    private bool TryJoin(Sequence row)
    {
        var found = IsCutByItself(row) ? 0 : blocks.Reuse(row.Blocks, row.Owner, row.Tokens);
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

    private void LetGo(Sequence row)
    {
        blocks.Return(row.Blocks);
        if (row.Adapter is { } adapter)
        {
            row.Adapter = null;
            bank.Release(adapter);
        }
    }
}
