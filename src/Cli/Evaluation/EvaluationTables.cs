using CoLA.Cli.Rendering;
using Spectre.Console;

namespace CoLA.Cli.Evaluation;

/// <summary>Accuracies as people see them.</summary>
internal static class EvaluationTables
{
    public static Table Accuracies(IReadOnlyList<EvaluationRow> rows)
    {
        var withBase = rows.Any(row => row.Base is not null);
        var leftOut = rows.Any(row => row.Accuracy.LeftOut > 0);
        string[] columns = ["task", "subject", "shots", "items", "accuracy", .. Where(withBase, "base"), .. Where(leftOut, "too long")];
        var table = Tables.New(columns).RightAligned([.. Enumerable.Range(2, columns.Length - 2)]);
        foreach (var row in rows)
        {
            table.AddTextRow([
                row.Task,
                row.Subject ?? "all",
                $"{row.Shots}",
                $"{row.Accuracy.Items}",
                $"{row.Accuracy}",
                .. Where(withBase, $"{row.Base}"),
                .. Where(leftOut, $"{row.Accuracy.LeftOut}"),
            ]);
        }

        return table;
    }

    private static string[] Where(bool shown, string cell) => shown ? [cell] : [];
}
