using Spectre.Console;
using Spectre.Console.Rendering;

namespace CoLA.Cli.Rendering;

/// <summary>A share of something as a bar.</summary>
internal sealed class Gauge(double share, int width) : Renderable
{
    private const double Much = 0.9;

    protected override Measurement Measure(RenderOptions options, int maxWidth) => new(1, Math.Min(width, maxWidth));

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var columns = Math.Min(width, maxWidth);
        var full = (int)Math.Ceiling(Math.Clamp(share, 0, 1) * columns);
        yield return new Segment(new string(options.Unicode ? '█' : '#', full), new Style(share < Much ? Color.Green : Color.Yellow));
        yield return new Segment(new string(options.Unicode ? '░' : '.', columns - full), new Style(decoration: Decoration.Dim));
    }
}
