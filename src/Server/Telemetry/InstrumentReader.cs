using System.Diagnostics.Metrics;
using CoLA.Core.Telemetry;

namespace CoLA.Server.Telemetry;

/// <summary>Listens to this server's meter from the start, for those who ask how things stand. Records without allocating.</summary>
internal sealed class InstrumentReader : IDisposable
{
    private readonly Lock _door = new();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, DistributionState> _distributions = new(StringComparer.Ordinal);
    private Dictionary<string, long> _levels = [];
    private List<TokenReading> _tokens = [];

    /// <param name="meters">Makes the server's meters: another server's in the same process are not heard.</param>
    public InstrumentReader(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == ColaTelemetry.Name && instrument.Meter.Scope == meters)
            {
                listener.EnableMeasurementEvents(instrument, DistributionOf(instrument));
            }
        };
        _listener.SetMeasurementEventCallback<long>(Hear);
        _listener.SetMeasurementEventCallback<double>((_, value, _, state) => (state as DistributionState)?.Add(value));
        _listener.Start();
    }

    /// <summary>How things stand now.</summary>
    public Readings Read()
    {
        lock (_door)
        {
            _levels = new(StringComparer.Ordinal);
            _tokens = [];
            _listener.RecordObservableInstruments();
            return new Readings(_levels, _distributions.ToDictionary(pair => pair.Key, pair => pair.Value.Snapshot(), StringComparer.Ordinal), _tokens);
        }
    }

    public void Dispose() => _listener.Dispose();

    private DistributionState? DistributionOf(Instrument instrument)
    {
        IEnumerable<double>? bounds = instrument switch
        {
            Histogram<long> counts => counts.Advice?.HistogramBucketBoundaries?.Select(bound => (double)bound),
            Histogram<double> times => times.Advice?.HistogramBucketBoundaries,
            _ => null,
        };
        if (bounds is null)
        {
            return null;
        }

        lock (_door)
        {
            return _distributions[instrument.Name] = new DistributionState([.. bounds]);
        }
    }

    private void Hear(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        if (state is DistributionState distribution)
        {
            distribution.Add(value);
        }
        else if (instrument.IsObservable && tags.IsEmpty)
        {
            _levels[instrument.Name] = value;
        }
        else if (instrument.IsObservable)
        {
            _tokens.Add(TokenReading.Of(value, tags));
        }
    }
}
