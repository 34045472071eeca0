using System.Globalization;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using Spectre.Console;

namespace CoLA.Cli.Curves;

/// <summary>What a training came to, as people see it.</summary>
internal static class TrainingTables
{
    public static Table Outcome(TrainingOutcome outcome)
    {
        var isEvaluated = outcome.Losses.Any(curve => curve.HeldOut.Count > 0);
        var table = isEvaluated
            ? Tables.New("task", "examples", "loss at first", "at last", "held out at first", "at last", "version", "").RightAligned(1, 2, 3, 4, 5)
            : Tables.New("task", "examples", "loss at first", "at last", "version", "").RightAligned(1, 2, 3);
        foreach (var (curve, task) in outcome.Losses.Zip(outcome.Job.Tasks))
        {
            var published = outcome.Job.Published?.Tasks.FirstOrDefault(made => made.Task == task.Task);
            string[] heldOut = isEvaluated
                ? [Loss(curve.HeldOut is [var first, ..] ? first.Loss : null), Loss(curve.HeldOut is [.., var last] ? last.Loss : null)]
                : [];
            table.AddTextRow(
            [
                ResourceNames.Short(task.Task),
                $"{task.TrainingExamples}",
                Loss(curve.First),
                Loss(curve.Latest),
                .. heldOut,
                published is null ? "not published" : ResourceNames.Short(published.Version),
                published is { Served: true } ? "served" : "",
            ]);
        }

        return table;
    }

    private static string Loss(double? loss) => loss?.ToString("0.000", CultureInfo.InvariantCulture) ?? "-";
}
