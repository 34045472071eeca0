using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>Metrics of the adapter bank: resident adapters, their memory, hits, evictions and load times.</summary>
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
            "cola.adapters.usage", () => Volatile.Read(ref _bytes), "By", "Bytes on the device of folded adapters and of their pools");
        meter.CreateObservableGauge(
            "cola.adapters.host.resident", () => Volatile.Read(ref _onHost), "{adapter}", "Folded adapters that were evicted from the device to host memory");
        meter.CreateObservableGauge(
            "cola.adapters.host.usage", () => Volatile.Read(ref _hostBytes), "By", "Bytes of folded adapters that were evicted from the device to host memory");
        meter.CreateObservableCounter("cola.adapters.hits", () => Volatile.Read(ref _hits), "{row}", "Rows whose adapter was already on the device");
        meter.CreateObservableCounter(
            "cola.adapters.evictions", () => Volatile.Read(ref _evictions), "{adapter}", "Adapters that were evicted from the device");
        _load = meter.CreateHistogram<double>(
            "cola.adapters.load.duration",
            "s",
            "Time to load an adapter from its file to the device, folding included",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5] });
    }

    /// <summary>Sets the number and the bytes of adapters that are on the device and in host memory now.</summary>
    public void Hold(int adapters, long bytes, int onHost, long hostBytes)
    {
        Volatile.Write(ref _resident, adapters);
        Volatile.Write(ref _bytes, bytes);
        Volatile.Write(ref _onHost, onHost);
        Volatile.Write(ref _hostBytes, hostBytes);
    }

    /// <summary>Records that a row got its adapter.</summary>
    /// <param name="hit">Whether the adapter was already on the device and did not have to be loaded for this row.</param>
    public void Used(bool hit)
    {
        if (hit)
        {
            Interlocked.Increment(ref _hits);
        }
    }

    /// <summary>Records that an adapter was loaded. <paramref name="started"/> is a <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public void Loaded(long started) => _load.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);

    public void Evicted() => Interlocked.Increment(ref _evictions);
}
