using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoLA.Core.Telemetry;

/// <summary>
/// The meter and the activity source of the system, both named <see cref="Name"/>. It does not know who collects them. It
/// records ids and counts only, never the text of a prompt or an answer.
/// </summary>
public sealed class ColaTelemetry : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "CoLA";

    /// <summary>Default for the number of tenants, and of tasks, that get a label of their own.</summary>
    public const int DefaultLabels = 100;

    /// <summary>Label of all tenants, and of all tasks, without a label of their own. No id starts with an underscore, so it collides with none.</summary>
    public const string OtherNames = TokenMetrics.Other;

    /// <summary>Task label of rows that run on the base model.</summary>
    public const string BaseModel = TokenMetrics.Base;

    private readonly Meter _meter;
    private readonly ActivitySource _source = new(Name);

    /// <param name="meters">Creates the meter; null to create one without a factory.</param>
    /// <param name="labels">How many tenants, and how many tasks, get a label of their own.</param>
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
