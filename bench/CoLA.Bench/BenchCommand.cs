using System.CommandLine;
using CoLA.Bench.Rendering;
using CoLA.Client;
using CoLA.Core.Rejections;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace CoLA.Bench;

/// <summary>One benchmark, as a command: measures the machine, then what it is about, then the machine again.</summary>
internal abstract class BenchCommand : Command
{
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object on standard output and nothing else" };
    private readonly IReadOnlyList<Bar> _bars;

    /// <param name="name">Its name.</param>
    /// <param name="description">What it measures.</param>
    /// <param name="bars">What its ratios should reach.</param>
    protected BenchCommand(string name, string description, params IReadOnlyList<Bar> bars)
        : base(name, description)
    {
        _bars = bars;
        Add(_json);
        SetAction(RunAsync);
    }

    /// <summary>What was asked for.</summary>
    protected abstract BenchRun Begin(ParseResult parse, BenchProgress progress);

    protected abstract Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation);

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        try
        {
            await ReportAsync(parse, parse.GetValue(_json), cancellation);
            return 0;
        }
        catch (Exception refused) when (refused is Rejection or ColaException or OptionsValidationException)
        {
            var unreachable = refused is ColaException { StatusCode: StatusCode.Unavailable };
            await Console.Error.WriteLineAsync(unreachable ? $"the server cannot be reached: {refused.Message}" : refused.Message);
            return 1;
        }
    }

    private async Task ReportAsync(ParseResult parse, bool json, CancellationToken cancellation)
    {
        BenchRun run = null!;
        await BenchProgress.ShowAsync(!json, async progress =>
        {
            run = Begin(parse, progress);
            Measure("machine");
            await MeasureAsync(run, parse, cancellation);
            run.Figures["peakResidentMegabytes"] = run.PeakMegabytes;
            Measure("machine again");
        });

        var machine = run.Machine;
        var ratios = run.Ratios.ToDictionary(ratio => ratio.Key, ratio => ratio.Value(machine));
        ReportWriter.Write(new BenchReport(Name, run.ModelName, machine, run.Figures, ratios), _bars, json);

        void Measure(string part)
        {
            run.Progress.Begin(part, 1);
            run.MeasureMachine();
            run.Progress.Advance();
        }
    }
}
