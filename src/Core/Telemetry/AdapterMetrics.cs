using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>The bank of folded adapters.</summary>
internal sealed class AdapterMetrics
{
    private readonly Histogram<double> _load;
    private long _resident;
    private long _bytes;
    private long _onHost;
    private long _hostBytes;
    private long _evictions;
    private long _hits;

    public AdapterMetrics(Meter meter)
    {
        meter.CreateObservableGauge("cola.adapters.resident", () => Volatile.Read(ref _resident), "{adapter}", "Folded adapters on the device");
        meter.CreateObservableGauge(
            "cola.adapters.usage", () => Volatile.Read(ref _bytes), "By", "Bytes on the device of folded adapters and of the pools under them");
        meter.CreateObservableGauge(
            "cola.adapters.host.resident", () => Volatile.Read(ref _onHost), "{adapter}", "Folded adapters in host memory that left the device");
        meter.CreateObservableGauge(
            "cola.adapters.host.usage", () => Volatile.Read(ref _hostBytes), "By", "Bytes of folded adapters in host memory that left the device");
        meter.CreateObservableCounter("cola.adapters.hits", () => Volatile.Read(ref _hits), "{row}", "Rows whose adapter was there already");
        meter.CreateObservableCounter("cola.adapters.evictions", () => Volatile.Read(ref _evictions), "{adapter}", "Adapters that made room for others");
        _load = meter.CreateHistogram<double>(
            "cola.adapters.load.duration",
            "s",
            "From the file to the folded adapter on the device",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5] });
    }

    /// <summary>What is on the device, and in host memory, now.</summary>
    public void Hold(int adapters, long bytes, int onHost, long hostBytes)
    {
        Volatile.Write(ref _resident, adapters);
        Volatile.Write(ref _bytes, bytes);
        Volatile.Write(ref _onHost, onHost);
        Volatile.Write(ref _hostBytes, hostBytes);
    }

    /// <summary>A row got its adapter; a hit, where it had not been brought for this row.</summary>
    public void Used(bool hit)
    {
        if (hit)
        {
            Interlocked.Increment(ref _hits);
        }
    }

    /// <summary>An adapter was loaded; <paramref name="started"/> by <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public void Loaded(long started) => _load.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);

    public void Evicted() => Interlocked.Increment(ref _evictions);
}
