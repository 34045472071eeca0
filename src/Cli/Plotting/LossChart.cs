using System.Globalization;
using CoLA.Cli.Curves;
using CoLA.Cli.Naming;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace CoLA.Cli.Plotting;

/// <summary>The loss of one task by step, as text: training a line, held out a letter at each look.</summary>
internal sealed class LossChart(LossCurve curve) : Renderable
{
    private const int Columns = 80;
    private const int Rows = 12;
    private const int LabelColumns = 8;
    private const char HeldOutMark = 'o';

    protected override Measurement Measure(RenderOptions options, int maxWidth) => new(LabelColumns * 3, Math.Min(Columns, maxWidth));

    protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth)
    {
        var columns = Math.Max(Math.Min(Columns, maxWidth) - LabelColumns - 1, LabelColumns * 2);
        var canvas = new BrailleCanvas(columns, Rows);
        var all = curve.Training.Concat(curve.HeldOut).ToList();
        if (all.Count == 0)
        {
            yield break;
        }

        var scale = new ChartScale(all, canvas.Width, canvas.Height);
        var dots = scale.Line(curve.Training);
        for (var at = 0; at < dots.Count; at++)
        {
            canvas.Line(dots[Math.Max(at - 1, 0)], dots[at]);
        }

        var marks = curve.HeldOut.Select(scale.Dot).Select(dot => (Column: dot.X * columns / canvas.Width, Row: dot.Y * Rows / canvas.Height)).ToHashSet();
        var heldOut = curve.HeldOut.Count > 0 ? $", {HeldOutMark} held out" : "";
        yield return new Segment($"{ResourceNames.Short(curve.Task)}: loss by step, line training{heldOut}", new Style(decoration: Decoration.Bold));
        yield return Segment.LineBreak;
        var (corner, side, floor) = options.Unicode ? ('└', '│', '─') : ('+', '|', '-');
        for (var row = 0; row < Rows; row++)
        {
            var label = row == 0 ? Number(scale.Highest) : row == Rows - 1 ? Number(scale.Lowest) : "";
            yield return new Segment($"{label,LabelColumns - 1} {side}");
            foreach (var (column, character) in canvas.Row(row, options.Unicode).Index())
            {
                yield return marks.Contains((column, row))
                    ? new Segment($"{HeldOutMark}", new Style(Color.Yellow))
                    : new Segment($"{character}", new Style(Color.Aqua));
            }

            yield return Segment.LineBreak;
        }

        var last = scale.LastStep.ToString(CultureInfo.InvariantCulture);
        yield return new Segment($"{"",LabelColumns}{corner}{new string(floor, columns)}");
        yield return Segment.LineBreak;
        yield return new Segment($"{"",LabelColumns + 1}0{last.PadLeft(columns - 1)}");
        yield return Segment.LineBreak;
    }

    private static string Number(double loss) => loss.ToString("0.000", CultureInfo.InvariantCulture);
}
