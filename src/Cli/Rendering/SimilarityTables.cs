using System.Globalization;
using CoLA.Cli.Naming;
using CoLA.V1;
using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>How similar tasks are, as people see it.</summary>
internal static class SimilarityTables
{
    /// <summary>Nats from the base at which a cell has its full colour.</summary>
    private const double FullColour = 1;

    private const byte Brightest = 150;

    public static Table Ranking(FindSimilarResponse found)
    {
        var table = Tables.New("task", "pool version", "nats per token", "against the base", "").RightAligned(2, 3);
        var ofBase = BaseLoss(found);
        foreach (var ranked in found.Ranking)
        {
            table.AddTextRow(
                Name(ranked),
                ResourceNames.Short(ranked.PoolVersion),
                ranked.Failure is { } failure ? failure.Message : Number(ranked.Loss),
                ranked.Failure is null && ranked.Task.Length > 0 ? (ranked.Loss - ofBase).ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture) : "",
                ranked == found.Ranking[0] ? "best" : "");
        }

        return table;
    }

    /// <summary>A row for each task with examples, a column for each task's heads, coloured by how far from the base.</summary>
    public static Table HeatMap(IReadOnlyList<(string Task, FindSimilarResponse Found)> rows, IReadOnlyList<string> columns)
    {
        string[] heads = ["examples of", ResourceNames.Base, .. columns.Select(Id)];
        var table = Tables.New(heads).RightAligned([.. Enumerable.Range(1, heads.Length - 1)]);
        foreach (var (task, found) in rows)
        {
            var ofBase = BaseLoss(found);
            var cells = columns.Select(column => Cell(found.Ranking.Single(ranked => ranked.Task == column), ofBase));
            table.AddRow([new Text(Id(task)), new Text(Number(ofBase)), .. cells]);
        }

        return table;
    }

    public static Table Lineage(IEnumerable<TenantTask> tasks)
    {
        var table = Tables.New("task", "strategy", "N", "serves", "started from");
        foreach (var task in tasks)
        {
            table.AddTextRow(
                ResourceNames.Short(task.Name),
                EnumWords.Of(task.Spec.Strategy),
                $"{task.Spec.N}",
                ResourceNames.Short(task.ServedVersion),
                task.StartedFrom.Length > 0 ? ResourceNames.Short(task.StartedFrom) : ResourceNames.Base);
        }

        return table;
    }

    private static Text Cell(SimilarTask ranked, double ofBase)
    {
        if (ranked.Failure is not null)
        {
            return new Text("failed");
        }

        var strength = (byte)(Brightest * Math.Min(1, Math.Abs(ranked.Loss - ofBase) / FullColour));
        var colour = ranked.Loss < ofBase ? new Color(0, strength, 0) : new Color(strength, 0, 0);
        return new Text(Number(ranked.Loss), strength == 0 ? Style.Plain : new Style(Color.White, colour));
    }

    private static double BaseLoss(FindSimilarResponse found) => found.Ranking.Single(ranked => ranked.Task.Length == 0).Loss;

    private static string Name(SimilarTask ranked) => ranked.Task.Length == 0 ? ResourceNames.Base : ResourceNames.Short(ranked.Version);

    private static string Id(string task) => task[(task.LastIndexOf('/') + 1)..];

    private static string Number(double loss) => loss.ToString("0.0000", CultureInfo.InvariantCulture);
}
