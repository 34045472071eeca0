using CoLA.Cli.Curves;
using CoLA.Cli.Rendering;

namespace CoLA.Cli.Plotting;

/// <summary>Which drawings of the loss are wanted.</summary>
/// <param name="InTerminal">With the results.</param>
/// <param name="File">An .svg or .png file; null for none.</param>
internal sealed record PlotRequest(bool InTerminal, string? File)
{
    public static PlotRequest None { get; } = new(InTerminal: false, File: null);

    public bool IsAny => InTerminal || File is not null;

    /// <summary>Draws what is wanted, if there is a step to draw.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Draw(Terminal terminal, TrainingOutcome outcome)
    {
        if (outcome.Losses.All(curve => curve.Training.Count == 0))
        {
            return;
        }

        if (InTerminal)
        {
            foreach (var curve in outcome.Losses)
            {
                terminal.Show(new LossChart(curve));
            }
        }

        if (File is { } file)
        {
            PlotFile.Write(file, outcome);
            terminal.Line($"Curves in {file}.");
        }
    }
}
