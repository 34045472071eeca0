using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace CoLA.Bench.Rendering;

/// <summary>Prints what a benchmark found, for programs or for people.</summary>
internal static class ReportWriter
{
    public static void Write(BenchReport report, IReadOnlyList<Bar> bars, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report));
            return;
        }

        var machine = report.Machine;
        var measured = $"sgemm {machine.SgemmGflops:F0} GFLOP/s, reads {machine.ReadGigabytesPerSecond:F1} GB/s";
        AnsiConsole.MarkupLineInterpolated($"[bold]{report.Bench}[/] on {report.Model}: {machine.Threads} threads, {measured}");
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("what").AddColumn(new TableColumn("measured").RightAligned()).AddColumn(new TableColumn("bar").RightAligned());
        foreach (var (name, value) in report.Figures)
        {
            table.AddRow(Markup.Escape(name), Number(value), "");
        }

        foreach (var (name, value) in report.Ratios)
        {
            var bar = bars.FirstOrDefault(bar => bar.Ratio == name);
            var colour = bar is null ? "bold" : bar.IsMetBy(value) ? "green" : "red";
            table.AddRow(
                $"[bold]{Markup.Escape(name)}[/]", $"[{colour}]{Number(value)}[/]", bar is null ? "" : $"{(bar.AtMost ? "<=" : ">=")} {Number(bar.Limit)}");
        }

        AnsiConsole.Write(table);
    }

    private static string Number(double value) => value.ToString(Math.Abs(value) >= 100 ? "F0" : "F3", CultureInfo.InvariantCulture);
}
