using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>Metrics of training sessions: where their weights, gradients and optimizer states are, evictions and load times.</summary>
internal sealed class SessionMetrics
{
    private readonly Histogram<double> _load;
    private long _resident;
    private long _bytes;
    private long _onHost;
    private long _hostBytes;
    private long _onDisk;
    private long _diskBytes;
    private long _evictions;

    public SessionMetrics(Meter meter)
    {
        meter.CreateObservableGauge("cola.sessions.resident", () => Volatile.Read(ref _resident), "{session}", "Training sessions on the device");
        meter.CreateObservableGauge(
            "cola.sessions.usage", () => Volatile.Read(ref _bytes), "By", "Bytes on the device of sessions' weights, gradients and optimizers");
        meter.CreateObservableGauge(
            "cola.sessions.host.resident", () => Volatile.Read(ref _onHost), "{session}", "Training sessions that were evicted from the device to host memory");
        meter.CreateObservableGauge(
            "cola.sessions.host.usage", () => Volatile.Read(ref _hostBytes), "By", "Bytes of sessions that were evicted from the device to host memory");
        meter.CreateObservableGauge("cola.sessions.disk.resident", () => Volatile.Read(ref _onDisk), "{session}", "Training sessions that are on disk only");
        meter.CreateObservableGauge("cola.sessions.disk.usage", () => Volatile.Read(ref _diskBytes), "By", "Bytes of sessions that are on disk only");
        meter.CreateObservableCounter(
            "cola.sessions.evictions", () => Volatile.Read(ref _evictions), "{session}", "Sessions that were evicted from the device");
        _load = meter.CreateHistogram<double>(
            "cola.sessions.load.duration",
            "s",
            "Time to bring an evicted session from host memory or disk back to the device",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [.001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10] });
    }

    /// <summary>Sets the number and the bytes of sessions that are on the device, in host memory and on disk now.</summary>
    public void Hold((int Sessions, long Bytes) device, (int Sessions, long Bytes) host, (int Sessions, long Bytes) disk)
    {
        Volatile.Write(ref _resident, device.Sessions);
        Volatile.Write(ref _bytes, device.Bytes);
        Volatile.Write(ref _onHost, host.Sessions);
        Volatile.Write(ref _hostBytes, host.Bytes);
        Volatile.Write(ref _onDisk, disk.Sessions);
        Volatile.Write(ref _diskBytes, disk.Bytes);
    }

    public void Evicted() => Interlocked.Increment(ref _evictions);

    /// <summary>Records that an evicted session was loaded. <paramref name="started"/> is a <see cref="Stopwatch.GetTimestamp"/>.</summary>
    public void Loaded(long started) => _load.Record(Stopwatch.GetElapsedTime(started).TotalSeconds);
}
