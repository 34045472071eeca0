using CoLA.Bench.Measures;
using CoLA.Bench.Rendering;
using CoLA.Bench.Worlds;
using CoLA.Core.Engine;

namespace CoLA.Bench;

/// <summary>One run of a benchmark: what it was asked for, and what it has found.</summary>
internal sealed class BenchRun(string model, int repetitions, BenchProgress progress)
{
    public string Model { get; } = model;

    /// <summary>Rounds that count.</summary>
    public int Repetitions { get; } = repetitions;

    public BenchProgress Progress { get; } = progress;

    /// <summary>Name of the base model, once it is known.</summary>
    public string ModelName { get; set; } = "";

    /// <summary>Absolute medians.</summary>
    public Dictionary<string, double> Figures { get; } = new(StringComparer.Ordinal);

    /// <summary>Made when the machine was measured for the second time.</summary>
    public Dictionary<string, Func<Machine, double>> Ratios { get; } = new(StringComparer.Ordinal);

    public World Open(EngineOptions? options = null)
    {
        var world = new World(Model, options ?? new EngineOptions());
        ModelName = world.Core.Model.Identity.Name;
        return world;
    }
}
