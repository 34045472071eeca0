using System.Globalization;
using CoLA.Cli.Naming;
using CoLA.Cli.Training;
using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>What a training came to, as people see it.</summary>
internal static class TrainingTables
{
    public static Table Outcome(TrainingPlan plan, TrainingOutcome outcome)
    {
        var table = Tables.New("task", "examples", "loss at first", "at last", "version", "").RightAligned(1, 2, 3);
        foreach (var task in plan.Tasks)
        {
            var published = outcome.Published?.Tasks.FirstOrDefault(made => made.Task == task.Name);
            table.AddTextRow(
                ResourceNames.Short(task.Name),
                $"{task.Examples.Count}",
                Loss(outcome.Losses[task.Name].First),
                Loss(outcome.Losses[task.Name].Latest),
                published is null ? "not published" : ResourceNames.Short(published.Version),
                published is { Served: true } ? "served" : "");
        }

        return table;
    }

    private static string Loss(double? loss) => loss?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
