using System.CommandLine;
using CoLA.Cli.Data;
using CoLA.Cli.Failures;
using CoLA.Cli.Hosting;
using CoLA.Cli.Jobs;
using CoLA.Cli.Naming;
using CoLA.Cli.Options;
using CoLA.Cli.Plotting;
using CoLA.Cli.Rendering;
using CoLA.Cli.Training;
using CoLA.Client;
using CoLA.Core.Data;
using CoLA.V1;

namespace CoLA.Cli.Commands;

/// <summary><c>cola train</c></summary>
internal sealed class TrainCommand : ClientCommand
{
    private const int DefaultSteps = 100;
    private const double LeastEpochs = 0.001;

    private readonly Option<string> _pool = new("--pool")
    {
        Description = "The pool that the tasks are on: POOL or POOL@VERSION",
        HelpName = "POOL",
        Required = true,
    };
    private readonly Option<TaskFile[]> _tasks = TaskFile.Option(
        "A task and its examples: JSON Lines, JSON or CSV; repeatable, all are trained together", required: false);
    private readonly Option<TaskFile[]> _serverFiles = TaskFile.Option(
        "A task and a data file on the server, below its --job-data directory; repeatable", required: false, name: "--server-file");
    private readonly Option<int?> _steps = new Option<int?>("--steps") { Description = $"Optimizer steps [default: {DefaultSteps}]" }.AtLeast(1);
    private readonly Option<double?> _epochs = new Option<double?>("--epochs")
    {
        Description = "Instead of --steps: how often the largest file is gone through",
    }.AtLeast(LeastEpochs);
    private readonly Option<int> _batch = new Option<int>("--batch-per-task")
    {
        Description = "Examples of each task in a step",
        DefaultValueFactory = _ => 4,
    }.AtLeast(1);
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the examples' order" };
    private readonly Option<int?> _checkpoint = new Option<int?>("--checkpoint-every", "--save-every")
    {
        Description = "Save after every so many steps what the training goes on from after a restart of the server [default: 50]",
        HelpName = "STEPS",
    }.AtLeast(1);
    private readonly Option<bool> _rebase = new("--rebase")
    {
        Description = "Keep heads that were trained on another pool version, although what they compute changes",
    };
    private readonly Option<bool> _noPublish = new("--no-publish") { Description = "Do not publish at the end: a trial, whose result is gone" };
    private readonly Option<bool> _noServe = new("--no-serve") { Description = "Publish, but go on serving what is served now" };
    private readonly Option<bool> _detach = new("--detach")
    {
        Description = "Submit the job, print its name, and leave it running; `cola job watch` looks at it",
    };
    private readonly OptimizerOptions _optimizer = new();
    private readonly EvaluationOptions _evaluation = new();
    private readonly DataFileOptions _data = new();
    private readonly PlotOptions _plot = new();

    public TrainCommand(CliContext cli)
        : base("train", "Train tasks together on their pool, and publish them: a job of the server's, which Ctrl-C cancels", cli)
    {
        foreach (var option in (Option[])[_pool, _tasks, _serverFiles, _steps, _epochs, _batch, _seed])
        {
            Add(option);
        }

        _optimizer.AddTo(this);
        _evaluation.AddTo(this);
        _data.AddTo(this);
        foreach (var option in (Option[])[_checkpoint, _rebase, _noPublish, _noServe, _detach])
        {
            Add(option);
        }

        _plot.AddTo(this);
        Validators.Add(result =>
        {
            if (result.GetResult(_steps) is not null && result.GetResult(_epochs) is not null)
            {
                result.AddError("--steps and --epochs exclude each other");
            }

            if (result.GetResult(_tasks) is null && result.GetResult(_serverFiles) is null)
            {
                result.AddError("name at least one task and its examples: --task NAME=FILE");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var plot = _plot.Of(parse);
        var run = new TrainingRun(client, Plan(parse, client.Tenant, plot), plot, terminal);
        if (parse.GetValue(_detach))
        {
            var job = await run.SubmitAsync(cancellation);
            var name = ResourceNames.Short(job.Name);
            terminal.Line($"Submitted job [bold]{name}[/], {Sizes.Count(job.Steps)} steps. Watch it: cola job watch {name}");
            terminal.Result(job);
            return ExitCode.Ok;
        }

        var outcome = await run.RunAsync(cancellation);
        new JobReport(terminal).Tell(outcome);
        terminal.Result(JobReport.ForPrograms(outcome));
        return ExitCode.Ok;
    }

    private TrainingPlan Plan(ParseResult parse, string tenant, PlotRequest plot)
    {
        var pool = parse.GetRequiredValue(_pool);
        TrainingTask[] tasks = [.. (parse.GetValue(_tasks) ?? [])
            .GroupBy(file => ResourceNames.Task(tenant, file.Task))
            .Select(files => Read(parse, files.Key, files))];
        ServerFile[] files = [.. (parse.GetValue(_serverFiles) ?? []).Select(
            file => new ServerFile { Task = ResourceNames.Task(tenant, file.Task), Path = file.File })];
        var steps = parse.GetValue(_epochs) is null ? parse.GetValue(_steps) ?? DefaultSteps : (int?)null;
        var poolOptimizer = _optimizer.OfPool(parse, steps);
        var spec = new JobSpec
        {
            Pool = ResourceNames.PoolOf(pool),
            Tasks =
            {
                tasks.Select(task => task.Name).Concat(files.Select(file => file.Task)).Distinct().Select(task => new SessionTask
                {
                    Task = task,
                    Optimizer = _optimizer.OfHeads(parse, steps),
                    Dropout = _optimizer.Dropout(parse),
                    RankBudget = _optimizer.Budget(parse),
                }),
            },
            SharedA = poolOptimizer is null ? SharedA.Frozen : SharedA.Trainable,
            PoolOptimizer = poolOptimizer,
            Rebase = parse.GetValue(_rebase),
            BatchPerTask = parse.GetValue(_batch),
            Seed = parse.GetValue(_seed),
            Evaluation = _evaluation.Of(parse, plot.IsAny),
            CheckpointEvery = parse.GetValue(_checkpoint) ?? 0,
            Publish = !parse.GetValue(_noPublish),
            Serve = !parse.GetValue(_noServe),
            Reading = _data.Reading(parse),
            Files = { files },
        };
        if (steps is { } number)
        {
            spec.Steps = number;
        }
        else
        {
            spec.Epochs = parse.GetValue(_epochs)!.Value;
        }

        if (ResourceNames.PoolVersionOf(pool) is { } version)
        {
            spec.PoolVersion = version;
        }

        return new TrainingPlan(spec, tasks);
    }

    private TrainingTask Read(ParseResult parse, string task, IEnumerable<TaskFile> files)
    {
        DataSplit[] splits = [.. files.Select(file => _data.Split(parse, _data.Read(parse, file.File)))];
        return new TrainingTask(
            task,
            [.. splits.SelectMany(split => split.Training).Select(item => item.Example)],
            [.. splits.SelectMany(split => split.HeldOut).Select(item => item.Example)]);
    }
}
