using CoLA.Cli.Curves;
using CoLA.Cli.Naming;
using ScottPlot;

namespace CoLA.Cli.Plotting;

/// <summary>The losses of a job's tasks as a picture: training a thin, pale line, held out a strong one with a mark at each look.</summary>
internal static class PlotFile
{
    private const int Width = 1000;
    private const int Height = 600;
    private const double TrainingOpacity = 0.5;
    private const float HeldOutWidth = 2.5f;

    /// <param name="path">Ends in .svg or .png.</param>
    /// <param name="outcome">Of the job.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Write(string path, TrainingOutcome outcome)
    {
        using var plot = new Plot();
        plot.Title(ResourceNames.Short(outcome.Job.Pool));
        plot.XLabel("step");
        plot.YLabel("loss (nats per token)");
        plot.ShowLegend(Alignment.UpperRight);
        foreach (var curve in outcome.Losses)
        {
            var colour = plot.Add.GetNextColor();
            var name = ResourceNames.Short(curve.Task);
            if (curve.Training.Count > 0)
            {
                var training = plot.Add.ScatterLine(Steps(curve.Training), Values(curve.Training), colour);
                training.LegendText = name;
                training.LineColor = colour.WithAlpha(TrainingOpacity);
            }

            if (curve.HeldOut.Count > 0)
            {
                var heldOut = plot.Add.Scatter(Steps(curve.HeldOut), Values(curve.HeldOut), colour);
                heldOut.LegendText = $"{name}, held out";
                heldOut.LineWidth = HeldOutWidth; // not dashed: dashes do not come into an SVG
            }
        }

        plot.Axes.Margins(horizontal: 0);
        if (Path.GetExtension(path).Equals(".svg", StringComparison.OrdinalIgnoreCase))
        {
            plot.SaveSvg(path, Width, Height);
        }
        else
        {
            plot.SavePng(path, Width, Height);
        }
    }

    private static double[] Steps(IReadOnlyList<(int Step, double Loss)> points) => [.. points.Select(point => (double)point.Step)];

    private static double[] Values(IReadOnlyList<(int Step, double Loss)> points) => [.. points.Select(point => point.Loss)];
}
