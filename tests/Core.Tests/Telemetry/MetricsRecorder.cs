using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Tests.Telemetry;

/// <summary>Makes meters that nobody else hears, and keeps what they measure.</summary>
internal sealed class MetricsRecorder : IMeterFactory
{
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _measurements = new();
    private readonly ConcurrentQueue<(string Name, double Value, Dictionary<string, object?> Tags)> _levels = new();
    private readonly List<Meter> _meters = [];
    private readonly MeterListener _listener = new();
    private readonly bool _keeps;

    /// <param name="keeps">False to listen, and keep nothing.</param>
    public MetricsRecorder(bool keeps = true)
    {
        _keeps = keeps;
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == this)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        _listener.Start();
    }

    public int Heard { get; private set; }

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    /// <summary>Everything measured under a name; levels are asked for now.</summary>
    public IReadOnlyList<(double Value, Dictionary<string, object?> Tags)> Of(string name)
    {
        _levels.Clear();
        _listener.RecordObservableInstruments();
        return [.. _measurements.Concat(_levels).Where(measurement => measurement.Name == name).Select(measurement => (measurement.Value, measurement.Tags))];
    }

    public double Sum(string name, params (string Key, object? Value)[] tags) => Of(name)
        .Where(measurement => tags.All(tag => Equals(measurement.Tags.GetValueOrDefault(tag.Key), tag.Value)))
        .Sum(measurement => measurement.Value);

    public void Dispose()
    {
        _listener.Dispose();
        _meters.ForEach(meter => meter.Dispose());
    }

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        Heard++;
        if (_keeps)
        {
            (instrument.IsObservable ? _levels : _measurements).Enqueue(
                (instrument.Name, value, tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value)));
        }
    }
}
