namespace CoLA.Cli.Plotting;

/// <summary>Which drawings of the loss are wanted.</summary>
/// <param name="InTerminal">With the results.</param>
/// <param name="File">An .svg or .png file; null for none.</param>
internal sealed record PlotRequest(bool InTerminal, string? File)
{
    public bool IsAny => InTerminal || File is not null;
}
