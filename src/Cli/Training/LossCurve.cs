using System.Globalization;
using CoLA.V1;

namespace CoLA.Cli.Training;

/// <summary>The mean loss of one task, step by step.</summary>
internal sealed class LossCurve
{
    /// <summary>What one number is made of where a single step would be noise.</summary>
    private const int Window = 10;

    private readonly List<double> _losses = [];

    public void Add(TaskStep step) => _losses.Add(step.LossSum / step.Weight);

    public int Steps => _losses.Count;

    /// <summary>Mean of the first steps; null before there is one.</summary>
    public double? First => _losses.Count == 0 ? null : _losses.Take(Window).Average();

    /// <summary>Mean of the latest steps; null before there is one.</summary>
    public double? Latest => _losses.Count == 0 ? null : _losses.TakeLast(Window).Average();

    public override string ToString() => Latest is { } latest ? $"loss {latest.ToString("0.000", CultureInfo.InvariantCulture)}" : "";
}
