using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>
/// Metrics of the engine: steps, rows, keys and values. Only the engine's thread writes them, and it allocates nothing.
/// Gauges and rare counters are observable instruments: they exist from the start with value 0, so that a collector sees
/// the first increase.
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
        meter.CreateObservableGauge("cola.rows.running", () => Volatile.Read(ref _running), "{row}", "Rows that run: in decode or in prefill");
        meter.CreateObservableGauge("cola.rows.waiting", () => Volatile.Read(ref _waiting), "{row}", "Rows in the waiting queue");
        meter.CreateObservableGauge("cola.kv.usage", () => Volatile.Read(ref _keyValueBytes), "By", "Bytes of keys and values that rows hold");
        meter.CreateObservableGauge("cola.kv.limit", () => Volatile.Read(ref _keyValueBudget), "By", "Bytes that keys and values may take");
        _batch = meter.CreateHistogram<long>(
            "cola.batch.size",
            "{row}",
            "Rows in a step",
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
            "cola.prefix.hits", () => Volatile.Read(ref _prefixHits), "{row}", "Rows whose prompt prefix was in the key-value cache");
        meter.CreateObservableCounter(
            "cola.prefix.tokens", () => Volatile.Read(ref _prefixTokens), "{token}", "Prompt tokens whose keys and values were in the cache");
        meter.CreateObservableCounter(
            "cola.preemptions", () => Volatile.Read(ref _preemptions), "{row}", "Rows that were preempted and are recomputed later");
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

    /// <summary>Records a step that has ended.</summary>
    /// <param name="kind">What it did.</param>
    /// <param name="rows">Number of its rows; 0 for long work.</param>
    /// <param name="started">When it started, as a <see cref="Stopwatch.GetTimestamp"/>.</param>
    public void Stepped(StepKind kind, int rows, long started)
    {
        var tag = Kinds[(int)kind];
        _step.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, tag);
        if (rows > 0)
        {
            _batch.Record(rows, tag);
        }
    }

    /// <summary>Records that a training micro-batch starts with rows of <paramref name="calls"/> calls.</summary>
    public void Trained(int calls) => _calls.Record(calls);

    /// <summary>Records that the first <paramref name="tokens"/> tokens of a row were in the key-value cache.</summary>
    public void PrefixHit(int tokens)
    {
        Volatile.Write(ref _prefixHits, _prefixHits + 1);
        Volatile.Write(ref _prefixTokens, _prefixTokens + tokens);
    }

    /// <summary>Records that a row was preempted.</summary>
    public void Preempted() => Volatile.Write(ref _preemptions, _preemptions + 1);
}
