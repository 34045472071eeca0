using CoLA.Core.Engine;
using CoLA.Core.Fairness;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Telemetry;
using CoLA.Core.Work;

namespace CoLA.Core.Training.Passes;

/// <summary>
/// Steps of all tenants that wait for their forward and backward. One micro-batch runs at a time, which bounds what
/// training keeps in memory; it is filled, at its first unit, with rows of whoever waits, in the order of their turns, at
/// most one call of a session. The steps of one session keep their order because its gate lets them in one by one. On the
/// engine's thread.
/// </summary>
/// <param name="model">The base.</param>
/// <param name="counters">Whose turn it is.</param>
/// <param name="options">How many tokens a micro-batch has.</param>
/// <param name="metrics">How many calls share a micro-batch.</param>
/// <param name="time">The clock.</param>
internal sealed class TrainingQueue(
    CausalLanguageModel model, VirtualCounters counters, EngineOptions options, EngineMetrics metrics, TimeProvider time) : IWorkSource
{
    /// <summary>
    /// Callers who go on at once are waited for, for this share of the time that the last micro-batch took: else two that
    /// step in turn would never meet.
    /// </summary>
    private const double ShareOfWaiting = 0.05;

    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(20);

    private readonly TrainingPass _pass = new(model, options.GradientCheckpointing);
    private readonly FairQueue<QueuedStep> _steps = new(counters);
    private readonly List<QueuedStep> _batch = []; // those in the micro-batch that runs
    private readonly HashSet<StepRhythm> _awaited = [];
    private long _awaitedUntil;
    private bool _runs;
    private bool _beside;

    /// <inheritdoc/>
    public TimeSpan Patience => _runs || _steps.Count == 0 ? Timeout.InfiniteTimeSpan : Awaits(time.GetTimestamp(), out var left) ? left : TimeSpan.Zero;

    public void Add(QueuedStep step)
    {
        step.Rhythm.Note(time.GetTimestamp(), time);
        _awaited.Remove(step.Rhythm);
        _steps.Add(step.Tenant, step);
    }

    /// <summary>The next micro-batch; null where nothing waits, where one runs, and where callers are waited for.</summary>
    /// <inheritdoc/>
    public LongWork? Next(bool beside)
    {
        _beside = beside;
        foreach (var step in All().Where(step => step.IsCancelled && !_batch.Contains(step)).ToArray())
        {
            TryEnd(step);
        }

        if (_runs || _steps.Count == 0 || Awaits(time.GetTimestamp(), out _))
        {
            return null;
        }

        _runs = true;
        var shares = new Dictionary<TenantId, double>();
        return new LongWork(_steps.Turns()[0], Run(shares), CancellationToken.None) { Shares = shares };
    }

    /// <inheritdoc/>
    public void FailAll(Exception why)
    {
        foreach (var step in All().ToArray())
        {
            _steps.Remove(step.Tenant, step);
            step.Fail(why);
        }
    }

    private IEnumerable<QueuedStep> All() => _steps.Turns().SelectMany(_steps.Of);

    private IEnumerable<Unit> Run(Dictionary<TenantId, double> shares)
    {
        try
        {
            var started = time.GetTimestamp();
            var stretches = Fill();
            Divide(stretches, shares);
            metrics.Trained(_batch.Count);
            using var units = _pass.Run([.. stretches.Where(stretch => stretch.Rows.Count > 0)], gradients: true).GetEnumerator();
            while (Advance(units))
            {
                yield return units.Current;
            }

            var patience = ShareOfWaiting * time.GetElapsedTime(started);
            patience = patience < LongestWait ? patience : LongestWait;
            foreach (var step in _batch)
            {
                if (TryEnd(step))
                {
                    Await(step.Rhythm, patience);
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

    /// <summary>Rows of those that wait. Calls that the CPU's kernels know all of stay among themselves.</summary>
    private List<PassStretch> Fill()
    {
        var left = _beside ? options.TrainingTokensBesideDecoding : options.TrainingTokens;
        var stretches = new List<PassStretch>();
        foreach (var step in All().Where(step => !step.IsCancelled))
        {
            if (_batch is [var first, ..] && (first.Deterministic || step.Deterministic || first.Call.FitsKernels != step.Call.FitsKernels))
            {
                continue;
            }

            var stretch = step.Take(step.Deterministic ? options.TrainingTokensBesideDecoding : left, any: stretches.TrueForAll(other => other.Rows.Count == 0));
            if (stretch.Rows.Count > 0 || step.Call.IsTaken)
            {
                _batch.Add(step);
                stretches.Add(stretch);
                left -= stretch.Tokens;
            }
        }

        return stretches;
    }

    /// <summary>Who pays for the batch, by tokens; where nobody has any, all alike.</summary>
    private void Divide(List<PassStretch> stretches, Dictionary<TenantId, double> shares)
    {
        var tokens = stretches.Sum(stretch => (double)stretch.Tokens);
        foreach (var (step, stretch) in _batch.Zip(stretches))
        {
            shares[step.Tenant] = shares.GetValueOrDefault(step.Tenant) + (tokens == 0 ? 1.0 / _batch.Count : stretch.Tokens / tokens);
        }
    }

    /// <summary>A fault ends the calls whose rows took part, and nothing else; where all of them are cancelled, nobody needs the rest.</summary>
    private bool Advance(IEnumerator<Unit> units)
    {
        try
        {
            return !_batch.TrueForAll(step => step.IsCancelled) && units.MoveNext();
        }
        catch (Exception fault)
        {
            _batch.ForEach(step => step.Fail(fault));
            return false;
        }
    }

    private bool TryEnd(QueuedStep step)
    {
        var ended = step.TryEnd();
        if (ended)
        {
            _steps.Remove(step.Tenant, step);
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
