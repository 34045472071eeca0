using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>
/// What the system tells of itself: one meter and one source of spans, both named <see cref="Name"/>. It knows nothing of
/// who listens. Ids and counts only: no text of a prompt or an answer ever gets here.
/// </summary>
public sealed class ColaTelemetry : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "CoLA";

    /// <summary>Tenants, and tasks, that are counted under their own names unless told otherwise.</summary>
    public const int DefaultLabels = 100;

    /// <summary>Label of tenants, and of tasks, that are counted together. No id begins with an underscore: nobody is called so.</summary>
    public const string OtherNames = TokenMetrics.Other;

    /// <summary>Label of the bare base model where a task could stand.</summary>
    public const string BaseModel = TokenMetrics.Base;

    private readonly Meter _meter;
    private readonly ActivitySource _source = new(Name);

    /// <param name="meters">Makes the meter; null where no host has one.</param>
    /// <param name="labels">How many tenants, and how many tasks, are counted under their own names.</param>
    public ColaTelemetry(IMeterFactory? meters = null, int labels = DefaultLabels)
    {
        _meter = meters?.Create(Name) ?? new Meter(Name);
        Engine = new EngineMetrics(_meter);
        Adapters = new AdapterMetrics(_meter);
        Sessions = new SessionMetrics(_meter);
        Tokens = new TokenMetrics(_meter, labels);
        Rows = new RowTelemetry(_meter, _source);
    }

    internal EngineMetrics Engine { get; }

    internal AdapterMetrics Adapters { get; }

    internal SessionMetrics Sessions { get; }

    internal TokenMetrics Tokens { get; }

    internal RowTelemetry Rows { get; }

    public void Dispose()
    {
        _meter.Dispose();
        _source.Dispose();
    }
}
