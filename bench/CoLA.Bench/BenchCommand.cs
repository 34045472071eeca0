using System.CommandLine;
using CoLA.Bench.Measures;
using CoLA.Bench.Rendering;

namespace CoLA.Bench;

/// <summary>One benchmark, as a command: measures the machine, then what it is about, then the machine again.</summary>
internal abstract class BenchCommand : Command
{
    private readonly Option<string> _model = new("--model") { Description = "A model directory or a GGUF file", HelpName = "DIR", Required = true };
    private readonly Option<int> _repetitions = new("--repetitions") { Description = "Rounds that count; one more warms up. Fewer than 5 only to see that it runs", DefaultValueFactory = _ => 5 };
    private readonly Option<bool> _json = new("--json") { Description = "Print one JSON object on standard output and nothing else" };

    /// <param name="name">Its name.</param>
    /// <param name="description">What it measures.</param>
    /// <param name="bars">What its ratios should reach.</param>
    protected BenchCommand(string name, string description, params IReadOnlyList<Bar> bars)
        : base(name, description)
    {
        Bars = bars;
        Add(_model);
        Add(_repetitions);
        Add(_json);
        SetAction(RunAsync);
    }

    public IReadOnlyList<Bar> Bars { get; }

    protected abstract Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation);

    private async Task<int> RunAsync(ParseResult parse, CancellationToken cancellation)
    {
        var json = parse.GetValue(_json);
        var meter = new MachineMeter();
        BenchRun? made = null;
        await BenchProgress.ShowAsync(!json, async progress =>
        {
            progress.Begin("machine", 2);
            meter.Measure();
            progress.Advance();
            made = new BenchRun(parse.GetRequiredValue(_model), parse.GetValue(_repetitions), progress);
            PeakMemory.Restart(); // the meter's own buffer does not count
            await MeasureAsync(made, parse, cancellation);
            made.Figures["peakResidentMegabytes"] = PeakMemory.Megabytes;
            progress.Begin("machine again", 1);
            meter.Measure();
            progress.Advance();
        });

        var run = made!;
        var machine = meter.Machine;
        var report = new BenchReport(
            Name,
            run.ModelName,
            machine,
            run.Figures,
            run.Ratios.ToDictionary(ratio => ratio.Key, ratio => ratio.Value(machine)));
        ReportWriter.Write(report, Bars, json);
        return 0;
    }
}
