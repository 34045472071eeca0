using System.Globalization;
using CoLA.V1;

namespace CoLA.Cli.Curves;

/// <summary>The mean losses of one task, step by step.</summary>
/// <param name="task"><c>tenants/TENANT/tasks/TASK</c></param>
internal sealed class LossCurve(string task)
{
    /// <summary>Steps that one number is made of at most, where a single one would be noise.</summary>
    private const int LargestWindow = 10;

    private readonly List<(int Step, double Loss)> _training = [];
    private readonly List<(int Step, double Loss)> _heldOut = [];

    public string Task { get; } = task;

    /// <summary>Of each step's examples, before the step.</summary>
    public IReadOnlyList<(int Step, double Loss)> Training => _training;

    /// <summary>Of the held-out examples, after the step.</summary>
    public IReadOnlyList<(int Step, double Loss)> HeldOut => _heldOut;

    /// <summary>Mean of the first steps; null before there is one.</summary>
    public double? First => _training.Count == 0 ? null : _training.Take(Window).Average(point => point.Loss);

    /// <summary>Mean of the latest steps; null before there is one.</summary>
    public double? Latest => _training.Count == 0 ? null : _training.TakeLast(Window).Average(point => point.Loss);

    /// <summary>No more than half, so that no step is among the first and the latest.</summary>
    private int Window => Math.Clamp(_training.Count / 2, 1, LargestWindow);

    public void Add(int step, TaskStep news) => _training.Add((step, news.LossSum / news.Weight));

    public void Add(int step, TaskLoss heldOut) => _heldOut.Add((step, heldOut.LossSum / heldOut.Weight));

    public override string ToString() => Latest is not { } latest ? ""
        : HeldOut is [.., var last] ? string.Create(CultureInfo.InvariantCulture, $"loss {latest:0.000}, held out {last.Loss:0.000}")
        : string.Create(CultureInfo.InvariantCulture, $"loss {latest:0.000}");
}
