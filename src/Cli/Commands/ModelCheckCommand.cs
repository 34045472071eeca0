using System.CommandLine;
using System.Globalization;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Rendering;
using CoLA.Models.Goldens;

namespace CoLA.Cli.Commands;

/// <summary><c>cola model check</c></summary>
internal sealed class ModelCheckCommand : CliCommand
{
    private readonly Argument<string> _model = new("DIR") { Description = "A model directory in HuggingFace layout, or a GGUF file" };

    private readonly Option<string> _golden = new("--golden")
    {
        Description = "JSON with \"prompts\" of \"ids\", \"last_logits\", \"next_logprobs\", \"greedy...\" and \"smallest_greedy_margin\" that other "
            + "software computed, or one such prompt",
        HelpName = "FILE",
        Required = true,
    };

    public ModelCheckCommand(CliContext cli)
        : base(
            "check",
            "Compare what a model computes here, in float32 on the CPU, with numbers of other software. Exits 1 where logits differ by more than "
                + string.Create(CultureInfo.InvariantCulture, $"{GoldenCheck.LogitsTolerance:0e+0}, log-probabilities by more than ")
                + string.Create(CultureInfo.InvariantCulture, $"{GoldenCheck.LogProbabilitiesTolerance:0e+0}, or greedy tokens at all"),
            cli)
    {
        Add(_model);
        Add(_golden);
    }

    protected override async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var golden = GoldenFile.Read(parse.GetRequiredValue(_golden));
        var findings = new List<GoldenFindings>();
        await ProgressBars.RunAsync(terminal, async bars =>
        {
            var bar = bars.Add("comparing", golden.Prompts.Count);
            await Task.Run(
                () =>
                {
                    foreach (var finding in GoldenCheck.Run(parse.GetRequiredValue(_model), golden))
                    {
                        cancellation.ThrowIfCancellationRequested();
                        findings.Add(finding);
                        bar.Advance();
                    }
                },
                cancellation);
        });
        var passed = findings.TrueForAll(finding => finding.Passed);
        terminal.Show(ModelTables.Check(findings));
        foreach (var finding in findings.Where(finding => finding.Skipped.Count > 0))
        {
            terminal.Line($"Skipped {finding.Prompt}: {string.Join("; ", finding.Skipped)}");
        }

        var (logits, logProbabilities) = (Largest(finding => finding.Logits), Largest(finding => finding.LogProbabilities));
        terminal.Line($"Largest differences: logits {ModelTables.Difference(logits)}, log-probabilities {ModelTables.Difference(logProbabilities)}.");
        terminal.Line(passed
            ? (FormattableString)$"[green]The model computes what the golden file says.[/]"
            : $"[red]The model does not compute what the golden file says.[/]");
        terminal.Result(new { Passed = passed, LargestLogits = logits, LargestLogProbabilities = logProbabilities, Prompts = findings });
        return passed ? ExitCode.Ok : ExitCode.Failed;

        // Not Max(): a difference that is not a number is the worst of all.
        double? Largest(Func<GoldenFindings, double?> difference)
        {
            var all = findings.Select(difference).OfType<double>().ToList();
            return all.Count == 0 ? null : all.Exists(double.IsNaN) ? double.NaN : all.Max();
        }
    }
}
