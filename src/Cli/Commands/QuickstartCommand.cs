using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Options;
using CoLA.Cli.Quickstart;
using CoLA.Cli.Rendering;
using CoLA.Client;
using CoLA.Core.Data;
using CoLA.Core.Weights;
using CoLA.Server;

namespace CoLA.Cli.Commands;

/// <summary><c>cola quickstart</c></summary>
internal sealed class QuickstartCommand : CliCommand
{
    private readonly Option<string?> _model = new("--model") { Description = "The base model [default: cola-tiny, which comes with cola]", HelpName = "DIR" };

    private readonly Option<string[]> _data = new("--data")
    {
        Description = "Data files: one task each, named after the file [default: six skills that cola-tiny has never seen]",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = true,
    };

    private readonly Option<int?> _steps = new Option<int?>("--steps")
    {
        Description = "Optimizer steps [default: 120 for the skills, 100 for files]",
    }.AtLeast(1);
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of everything that is drawn" };
    private readonly Option<string> _device = new("--device") { Description = "cpu, cuda, cuda:N, or auto", DefaultValueFactory = _ => "auto" };
    private readonly Option<int?> _threads = new("--threads") { Description = "Threads of one operation on the CPU [default: one per core]" };

    public QuickstartCommand(CliContext cli)
        : base("quickstart", "See it work: three tenants' tasks trained together on one shared pool, and served in one mixed batch", cli)
    {
        foreach (var option in (Option[])[_model, _data, _steps, _seed, _device, _threads])
        {
            Add(option);
        }
    }

    protected override async Task<int> RunAsync(ParseResult parse, Terminal terminal, CancellationToken cancellation)
    {
        var started = terminal.Time.GetTimestamp();
        var plan = Plan(parse);
        var data = Directory.CreateTempSubdirectory("cola-quickstart-");
        try
        {
            var result = await RunAsync(parse, plan, data.FullName, terminal, cancellation) with { Elapsed = terminal.Time.GetElapsedTime(started) };
            Show(terminal, result);
            return ExitCode.Ok;
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private QuickstartPlan Plan(ParseResult parse)
    {
        var model = parse.GetValue(_model) ?? EmbeddedModel.Path();
        return parse.GetValue(_data) is { Length: > 0 } files
            ? QuickstartPlans.OfFiles(model, files.Select(file => DataSetReader.Read(file)), parse.GetValue(_steps), parse.GetValue(_seed))
            : QuickstartPlans.OfSkills(model, parse.GetValue(_steps), parse.GetValue(_seed));
    }

    private async Task<QuickstartResult> RunAsync(ParseResult parse, QuickstartPlan plan, string data, Terminal terminal, CancellationToken cancellation)
    {
        using var checkpoint = Checkpoint.Open(plan.Model);
        terminal.Remark($"Loading {checkpoint.Name} ...");
        await using var server = await ColaServer.StartAsync(
            options =>
            {
                options.Model.Path = plan.Model;
                options.DataDirectory = data;
                options.Model.Device = parse.GetRequiredValue(_device);
                options.Port = 0;
                options.Model.Threads = parse.GetValue(_threads);
            },
            cancellationToken: cancellation);
        terminal.Remark($"Serving at {server.Address.GetLeftPart(UriPartial.Authority)} for as long as this runs.");
        using var client = new ColaClient(new ColaClientOptions { Address = server.Address, Tenant = QuickstartPlan.Platform }, time: terminal.Time);
        return await new QuickstartRun(client, checkpoint.Config, plan, terminal).RunAsync(cancellation);
    }

    private static void Show(Terminal terminal, QuickstartResult result)
    {
        terminal.Line($"One mixed batch of {result.MixedBatch.Count} rows, all tasks and the base model in the same forward passes; a row of each:");
        terminal.Show(QuickstartTables.MixedBatch(result));
        terminal.Line($"Accuracy on held-out examples before and after training {result.Tasks.Count} tasks together:");
        terminal.Show(QuickstartTables.Learned(result));
        terminal.Line($"What a served version holds on the device:");
        terminal.Show(QuickstartTables.Held(result));
        terminal.Line(
            $"Trained {result.TrainTokensPerSecond:0} tokens/s, decoded {result.DecodeTokensPerSecond:0} tokens/s. {Sizes.Duration(result.Elapsed)} in all.");
        terminal.Line($"A server of your own: cola serve --model DIR --data DIR");
        terminal.Result(new
        {
            result.Model,
            Tasks = result.Tasks.Select(task => new
            {
                task.Task.Tenant,
                Task = task.Task.Id,
                Strategy = EnumWords.Of(task.Task.Spec.Strategy),
                AccuracyBefore = task.Before.Fraction,
                AccuracyAfter = task.After.Fraction,
                Examples = task.Task.Data.Training.Count,
            }),
            result.TrainTokensPerSecond,
            result.DecodeTokensPerSecond,
            BytesPerTask = (long)Math.Round(result.Tasks.Average(task => task.Bytes)),
            LoraBytesPerTask = result.LoraBytes,
            Seconds = result.Elapsed.TotalSeconds,
        });
    }
}
