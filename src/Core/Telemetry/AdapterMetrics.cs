using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>The bank of folded adapters.</summary>
internal sealed class AdapterMetrics
{
    private readonly Histogram<double> _load;
    private long _resident;
    private long _bytes;
    private long _evictions;

    public AdapterMetrics(Meter meter)
    {
        meter.CreateObservableGauge("cola.adapters.resident", () => Volatile.Read(ref _resident), "{adapter}", "Folded adapters on the device");
        meter.CreateObservableGauge("cola.adapters.usage", () => Volatile.Read(ref _bytes), "By", "Bytes of folded adapters on the device");
        meter.CreateObservableCounter("cola.adapters.evictions", () => Volatile.Read(ref _evictions), "{adapter}", "Adapters that made room for others");
        _load = meter.CreateHistogram<double>(
            "cola.adapters.load.duration",
            "s",
            "From the file to the folded adapter on the device",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5] });
    }

    /// <summary>What is on the device now.</summary>
    public void Hold(int adapters, long bytes)
    {
        Volatile.Write(ref _resident, adapters);
        Volatile.Write(ref _bytes, bytes);
    }

    /// <summary>An adapter was loaded; <paramref name="started"/> by <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public void Loaded(long started) => _load.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);

    public void Evicted() => Interlocked.Increment(ref _evictions);
}
