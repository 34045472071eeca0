using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>
/// The engine's steps, its queue, and its keys and values. Written by the engine's thread alone, without allocating;
/// levels, and counts that may stay zero for long, are read when somebody collects: a count that is there from the start
/// shows its first increase.
/// </summary>
internal sealed class EngineMetrics
{
    private static readonly KeyValuePair<string, object?>[] Kinds =
        [.. Enum.GetNames<StepKind>().Select(name => KeyValuePair.Create("cola.step.kind", (object?)name.ToLowerInvariant()))];

    private readonly Histogram<long> _batch;
    private readonly Histogram<double> _step;
    private readonly Histogram<long> _calls;
    private long _running;
    private long _waiting;
    private long _keyValueBytes;
    private long _keyValueBudget;
    private long _prefixTokens;
    private long _prefixHits;
    private long _preemptions;

    public EngineMetrics(Meter meter)
    {
        meter.CreateObservableGauge("cola.rows.running", () => Volatile.Read(ref _running), "{row}", "Rows that run: decoding, or reading their prompts");
        meter.CreateObservableGauge("cola.rows.waiting", () => Volatile.Read(ref _waiting), "{row}", "Rows that wait for their turn");
        meter.CreateObservableGauge("cola.kv.usage", () => Volatile.Read(ref _keyValueBytes), "By", "Bytes of keys and values that rows hold");
        meter.CreateObservableGauge("cola.kv.limit", () => Volatile.Read(ref _keyValueBudget), "By", "Bytes that keys and values may take");
        _batch = meter.CreateHistogram<long>(
            "cola.batch.size",
            "{row}",
            "Rows of a step",
            advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] });
        _step = meter.CreateHistogram<double>(
            "cola.step.duration",
            "s",
            "Duration of a step",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [.001, .002, .005, .01, .02, .03, .04, .05, .075, .1, .15, .2, .3, .5, 1, 2, 5, 10],
            });
        _calls = meter.CreateHistogram<long>(
            "cola.training.calls",
            "{call}",
            "Training steps whose rows share a micro-batch",
            advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128, 256] });
        meter.CreateObservableCounter(
            "cola.prefix.hits", () => Volatile.Read(ref _prefixHits), "{row}", "Rows that began with keys and values of an earlier one");
        meter.CreateObservableCounter("cola.prefix.tokens", () => Volatile.Read(ref _prefixTokens), "{token}", "Prompt tokens that were not computed again");
        meter.CreateObservableCounter(
            "cola.preemptions", () => Volatile.Read(ref _preemptions), "{row}", "Rows that were sent back to wait, to be computed again");
    }

    /// <summary>Bytes that keys and values may take.</summary>
    public long KeyValueBudget
    {
        set => Volatile.Write(ref _keyValueBudget, value);
    }

    /// <summary>Bytes of keys and values that rows hold.</summary>
    public long KeyValueBytes
    {
        set => Volatile.Write(ref _keyValueBytes, value);
    }

    public int Running
    {
        set => Volatile.Write(ref _running, value);
    }

    public int Waiting
    {
        set => Volatile.Write(ref _waiting, value);
    }

    /// <summary>A step has ended.</summary>
    /// <param name="kind">What it did.</param>
    /// <param name="rows">Rows that took part; 0 for long work.</param>
    /// <param name="started">When it began, by <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void Stepped(StepKind kind, int rows, long started)
    {
        var tag = Kinds[(int)kind];
        _step.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tag);
        if (rows > 0)
        {
            _batch.Record(rows, tag);
        }
    }

    /// <summary>A training micro-batch begins, with rows of so many calls.</summary>
    public void Trained(int calls) => _calls.Record(calls);

    /// <summary>A row began with keys and values that were there already.</summary>
    public void PrefixHit(int tokens)
    {
        Volatile.Write(ref _prefixHits, _prefixHits + 1);
        Volatile.Write(ref _prefixTokens, _prefixTokens + tokens);
    }

    /// <summary>A row was sent back to wait.</summary>
    public void Preempted() => Volatile.Write(ref _preemptions, _preemptions + 1);
}
