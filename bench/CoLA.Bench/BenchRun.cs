using CoLA.Bench.Measures;
using CoLA.Bench.Rendering;
using CoLA.Bench.Worlds;
using CoLA.Core;

namespace CoLA.Bench;

/// <summary>One run of a benchmark: what it was asked for, and what it has found.</summary>
internal sealed class BenchRun(string model, int repetitions, BenchProgress progress)
{
    private readonly MachineMeter _meter = new();
    private double _peak;

    public string Model { get; } = model;

    /// <summary>Rounds that count.</summary>
    public int Repetitions { get; } = repetitions;

    public BenchProgress Progress { get; } = progress;

    /// <summary>Name of the base model, once it is known.</summary>
    public string ModelName { get; set; } = "";

    /// <summary>Absolute medians.</summary>
    public Dictionary<string, double> Figures { get; } = new(StringComparer.Ordinal);

    /// <summary>Made when the machine was measured for the last time.</summary>
    public Dictionary<string, Func<Machine, double>> Ratios { get; } = new(StringComparer.Ordinal);

    /// <summary>What the machine can do, by the measurements made so far.</summary>
    public Machine Machine => _meter.Machine;

    /// <summary>Highest resident memory so far, in megabytes, the measurements of the machine left out.</summary>
    public double PeakMegabytes => Math.Max(_peak, PeakMemory.Megabytes);

    /// <summary>Measures the machine, which drifts: before, after, and in every round, so that it is compared with what it was then.</summary>
    public void MeasureMachine()
    {
        _peak = PeakMegabytes;
        _meter.Measure();
        PeakMemory.Restart(); // the meter's own buffer does not count
    }

    public World Open(ColaOptions? options = null)
    {
        var world = new World(Model, options ?? new ColaOptions { Sessions = new() { Memory = long.MaxValue } });
        ModelName = world.Core.Model.Identity.Name;
        return world;
    }
}
