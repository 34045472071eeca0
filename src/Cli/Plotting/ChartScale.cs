namespace CoLA.Cli.Plotting;

/// <summary>Which dot of a drawing a point of a curve is at.</summary>
internal sealed class ChartScale
{
    private readonly int _width;
    private readonly int _height;

    /// <param name="points">All that are to be seen; at least one.</param>
    /// <param name="width">Dots across.</param>
    /// <param name="height">Dots down.</param>
    public ChartScale(IReadOnlyList<(int Step, double Loss)> points, int width, int height)
    {
        (_width, _height) = (width, height);
        LastStep = Math.Max(points.Max(point => point.Step), 1);
        Highest = points.Max(point => point.Loss);
        Lowest = points.Min(point => point.Loss);
    }

    public int LastStep { get; }

    public double Highest { get; }

    public double Lowest { get; }

    /// <summary>Step 0 is at the left, the highest loss at the top.</summary>
    public (int X, int Y) Dot((int Step, double Loss) point) => (
        (int)((long)point.Step * (_width - 1) / LastStep),
        Highest > Lowest ? (int)Math.Round((Highest - point.Loss) / (Highest - Lowest) * (_height - 1)) : _height / 2);

    /// <summary>A curve's dots, one a column: the mean of its points where there are several.</summary>
    public IReadOnlyList<(int X, int Y)> Line(IEnumerable<(int Step, double Loss)> points) =>
        [.. points.GroupBy(point => Dot(point).X).Select(column => (column.Key, Dot((column.First().Step, column.Average(point => point.Loss))).Y))];
}
