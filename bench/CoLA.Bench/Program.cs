using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using CoLA.Bench;

var name = new Argument<string>("name") { Description = "decode or train" };
name.AcceptOnlyFromAmong("decode", "train");
var model = new Option<string>("--model") { Description = "A model directory or a GGUF file", Required = true };
var json = new Option<bool>("--json") { Description = "One JSON object and nothing else" };
var command = new RootCommand("Measures what the core does on one machine, beside what the machine can do.") { name, model, json };
command.SetAction(async (arguments, _) =>
{
    var machine = Machine.Measure();
    await using var world = new World(arguments.GetRequiredValue(model));
    var (figures, ratios) = arguments.GetRequiredValue(name) == "decode"
        ? await DecodeBench.RunAsync(world)
        : await TrainBench.RunAsync(world, machine);
    using var process = Process.GetCurrentProcess();
    figures["peakResidentMegabytes"] = process.PeakWorkingSet64 / 1e6;
    var report = new BenchReport(arguments.GetRequiredValue(name), world.Core.Model.Identity.Name, machine, figures, ratios);
    if (arguments.GetValue(json))
    {
        Console.WriteLine(JsonSerializer.Serialize(report));
        return 0;
    }

    Console.WriteLine($"{report.Bench} on {report.Model}: {machine.Threads} threads, sgemm {machine.SgemmGflops:F0} GFLOP/s, reads {machine.ReadGigabytesPerSecond:F1} GB/s");
    foreach (var (key, value) in figures.Concat(ratios))
    {
        Console.WriteLine($"{key,-40} {value:F2}");
    }

    return 0;
});
return await command.Parse(args).InvokeAsync();
