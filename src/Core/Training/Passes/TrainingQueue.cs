using CoLA.Core.Fairness;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Telemetry;
using CoLA.Core.Work;

namespace CoLA.Core.Training.Passes;

/// <summary>
/// Calls of all tenants that wait for their forward and backward. One micro-batch runs at a time, which bounds the memory
/// that training keeps. Its first unit fills it with rows of all calls that wait, in the order of their turns. A session has
/// at most one call here, because its gate lets calls in one by one. On the engine's thread.
/// </summary>
/// <param name="model">The base.</param>
/// <param name="counters">Whose turn it is.</param>
/// <param name="options">How many tokens a micro-batch has.</param>
/// <param name="metrics">How many calls share a micro-batch.</param>
/// <param name="time">The clock.</param>
internal sealed class TrainingQueue(
    CausalLanguageModel model, VirtualCounters counters, PassOptions options, EngineMetrics metrics, TimeProvider time) : IWorkSource
{
    /// <summary>
    /// The queue waits for callers who usually send their next call at once, for this share of the time that the last
    /// micro-batch took. Without the wait, two such callers would take turns and never share a micro-batch.
    /// </summary>
    private const double ShareOfWaiting = 0.05;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20);

    private readonly TrainingPass _pass = new(model, options.GradientCheckpointing);
    private readonly FairQueue<GradientCall> _calls = new(counters);
    private readonly List<GradientCall> _batch = []; // those in the micro-batch that runs
    private readonly HashSet<StepRhythm> _awaited = [];
    private long _awaitedUntil;
    private bool _runs;
    private bool _beside;

    /// <inheritdoc/>
    public TimeSpan MaximumSleep => _runs || _calls.Count == 0 ? Timeout.InfiniteTimeSpan : Awaits(time.GetTimestamp(), out var left) ? left : TimeSpan.Zero;

    public void Add(GradientCall call)
    {
        call.Rhythm.Note(time.GetTimestamp(), time);
        _awaited.Remove(call.Rhythm);
        _calls.Add(call.Tenant, call);
    }

    /// <summary>The next micro-batch; null where nothing waits, where one runs, and where callers are waited for.</summary>
    /// <inheritdoc/>
    public LongWork? Next(bool beside)
    {
        _beside = beside;
        foreach (var call in All().Where(call => call.IsCancelled && !_batch.Contains(call)).ToArray())
        {
            TryEnd(call);
        }

        if (_runs || _calls.Count == 0 || Awaits(time.GetTimestamp(), out _))
        {
            return null;
        }

        _runs = true;
        var shares = new Dictionary<TenantId, double>();
        return new LongWork(_calls.Turns()[0], Run(shares), CancellationToken.None) { Shares = shares };
    }

    /// <inheritdoc/>
    public void FailAll(Exception why)
    {
        foreach (var call in All().ToArray())
        {
            _calls.Remove(call.Tenant, call);
            call.Fail(why);
        }
    }

    private IEnumerable<GradientCall> All() => _calls.Turns().SelectMany(_calls.Of);

    private IEnumerable<Unit> Run(Dictionary<TenantId, double> shares)
    {
        try
        {
            var started = time.GetTimestamp();
            Fill();
            Divide(shares);
            metrics.Trained(_batch.Count);
            using var units = _pass.Run([.. _batch.Where(call => call.Rows.Count > 0)], gradients: true).GetEnumerator();
            while (Advance(units))
            {
                yield return units.Current;
            }

            var patience = ShareOfWaiting * time.GetElapsedTime(started);
            patience = patience < LongestWait ? patience : LongestWait;
            foreach (var call in _batch)
            {
                if (TryEnd(call))
                {
                    Await(call.Rhythm, patience);
                    yield return Unit.Optimizer;
                }
            }
        }
        finally
        {
            _batch.Clear();
            _runs = false;
        }
    }

    /// <summary>Takes rows of the calls that wait. Calls that the CPU's kernels can compute run apart from the others.</summary>
    private void Fill()
    {
        var left = _beside ? options.TrainingTokensBesideDecoding : options.TrainingTokens;
        foreach (var call in All().Where(call => !call.IsCancelled))
        {
            if (_batch is [var first, ..] && (first.Deterministic || call.Deterministic || first.FitsKernels != call.FitsKernels))
            {
                continue;
            }

            call.Begin();
            call.Take(call.Deterministic ? options.TrainingTokensBesideDecoding : left, any: _batch.TrueForAll(other => other.Rows.Count == 0));
            if (call.Rows.Count > 0 || call.IsTaken)
            {
                _batch.Add(call);
                left -= call.RowTokens;
            }
        }
    }

    /// <summary>Who pays for the micro-batch: each tenant by its tokens; all calls alike where none has tokens.</summary>
    private void Divide(Dictionary<TenantId, double> shares)
    {
        var tokens = _batch.Sum(call => (double)call.RowTokens);
        foreach (var call in _batch)
        {
            shares[call.Tenant] = shares.GetValueOrDefault(call.Tenant) + (tokens == 0 ? 1.0 / _batch.Count : call.RowTokens / tokens);
        }
    }

    /// <summary>A fault ends the calls whose rows took part, and nothing else; where all of them are cancelled, nobody needs the rest.</summary>
    private bool Advance(IEnumerator<Unit> units)
    {
        try
        {
            return !_batch.TrueForAll(call => call.IsCancelled) && units.MoveNext();
        }
        catch (Exception fault)
        {
            _batch.ForEach(call => call.Fail(fault));
            return false;
        }
    }

    private bool TryEnd(GradientCall call)
    {
        var ended = call.TryEnd();
        if (ended)
        {
            _calls.Remove(call.Tenant, call);
        }

        return ended;
    }

    private void Await(StepRhythm rhythm, TimeSpan patience)
    {
        var now = time.GetTimestamp();
        rhythm.Answer(now, patience);
        if (rhythm.IsPrompt)
        {
            _awaited.Add(rhythm);
            _awaitedUntil = now + (long)(patience.TotalSeconds * time.TimestampFrequency);
        }
    }

    private bool Awaits(long now, out TimeSpan left)
    {
        left = time.GetElapsedTime(now, _awaitedUntil);
        if (left <= TimeSpan.Zero && _awaited.Count > 0)
        {
            foreach (var rhythm in _awaited)
            {
                rhythm.Note(now, time);
            }

            _awaited.Clear();
        }

        return _awaited.Count > 0;
    }
}
