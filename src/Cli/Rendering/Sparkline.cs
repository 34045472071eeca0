using Spectre.Console.Rendering;

namespace CoLA.Cli.Rendering;

/// <summary>Numbers as a line of bars, the highest as high as the line; the newest at the right.</summary>
internal sealed class Sparkline(IReadOnlyList<double> values, int width) : Renderable
{
    private const string Levels = " ▁▂▃▄▅▆▇█";
    private const string LevelsOfAscii = " .-=#";

    protected override Measurement Measure(RenderOptions options, int maxWidth) => new(1, Math.Min(width, maxWidth));

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var levels = options.Unicode ? Levels : LevelsOfAscii;
        var columns = Math.Min(width, maxWidth);
        var shown = values.Skip(Math.Max(0, values.Count - columns)).ToArray();
        var highest = shown.Append(0).Max();
        var bars = string.Concat(shown.Select(value => levels[value > 0 ? (int)Math.Ceiling(value / highest * (levels.Length - 1)) : 0]));
        yield return new Segment(bars.PadLeft(columns));
    }
}
