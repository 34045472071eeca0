using System.CommandLine;
using CoLA.Cli.Data;
using CoLA.Cli.Hosting;
using CoLA.Cli.Naming;
using CoLA.Cli.Rendering;
using CoLA.Cli.Training;
using CoLA.Client;

namespace CoLA.Cli.Commands;

/// <summary><c>cola train</c></summary>
internal sealed class TrainCommand : ClientCommand
{
    private const int DefaultSteps = 100;
    private const double LeastEpochs = 0.001;

    private readonly Option<string> _pool = new("--pool") { Description = "The pool that the tasks are on: POOL or POOL@VERSION", HelpName = "POOL", Required = true };
    private readonly Option<TaskFile[]> _tasks = TaskFile.Option("A task and its examples: JSON Lines, JSON or CSV; repeatable, all are trained together");
    private readonly Option<int?> _steps = new Option<int?>("--steps") { Description = $"Optimizer steps [default: {DefaultSteps}]" }.AtLeast(1);
    private readonly Option<double?> _epochs = new Option<double?>("--epochs") { Description = "Instead of --steps: how often the largest file is gone through" }.AtLeast(LeastEpochs);
    private readonly Option<int> _batch = new Option<int>("--batch-per-task") { Description = "Examples of each task in a step", DefaultValueFactory = _ => 4 }.AtLeast(1);
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the examples' order" };
    private readonly Option<int?> _saveEvery = new Option<int?>("--save-every") { Description = "Save the session after every so many steps", HelpName = "STEPS" }.AtLeast(1);
    private readonly Option<bool> _rebase = new("--rebase") { Description = "Keep heads that were trained on another pool version, although what they compute changes" };
    private readonly Option<bool> _noPublish = new("--no-publish") { Description = "Do not publish at the end: a trial, whose result is gone" };
    private readonly Option<bool> _noServe = new("--no-serve") { Description = "Publish, but go on serving what is served now" };
    private readonly OptimizerOptions _optimizer = new();
    private readonly DataFileOptions _data = new();

    public TrainCommand(CliContext cli)
        : base("train", "Train tasks together on their pool, and publish them", cli)
    {
        foreach (var option in (Option[])[_pool, _tasks, _steps, _epochs, _batch, _seed])
        {
            Add(option);
        }

        _optimizer.AddTo(this);
        _data.AddTo(this);
        foreach (var option in (Option[])[_saveEvery, _rebase, _noPublish, _noServe])
        {
            Add(option);
        }

        Validators.Add(result =>
        {
            if (result.GetResult(_steps) is not null && result.GetResult(_epochs) is not null)
            {
                result.AddError("--steps and --epochs exclude each other");
            }
        });
    }

    protected override async Task<int> RunAsync(ParseResult parse, ColaClient client, Terminal terminal, CancellationToken cancellation)
    {
        var plan = Plan(parse, client.Tenant);
        var outcome = await new TrainingRun(client, plan, terminal).RunAsync(cancellation);
        terminal.Show(TrainingTables.Outcome(plan, outcome));
        terminal.Line($"{plan.Steps} steps, {Sizes.Count(outcome.Tokens)} tokens in {Sizes.Duration(outcome.Elapsed)}: {outcome.TokensPerSecond:0} tokens/s.");
        foreach (var state in outcome.States)
        {
            terminal.Line($"Saved {state}.");
        }

        foreach (var task in outcome.Published?.Tasks.Where(task => !task.Served && plan.Serve) ?? [])
        {
            terminal.Line($"[yellow]{ResourceNames.Short(task.Version)} waits for its owner:[/] cola task rollback {ResourceNames.Short(task.Task)} --to {task.Version}");
        }

        terminal.Result(new
        {
            plan.Steps,
            outcome.Tokens,
            Seconds = outcome.Elapsed.TotalSeconds,
            outcome.TokensPerSecond,
            Tasks = plan.Tasks.Select(task => new
            {
                Task = task.Name,
                Examples = task.Examples.Count,
                FirstLoss = outcome.Losses[task.Name].First,
                LastLoss = outcome.Losses[task.Name].Latest,
            }),
            outcome.States,
            outcome.Published,
        });
        return ExitCode.Ok;
    }

    private TrainingPlan Plan(ParseResult parse, string tenant)
    {
        var pool = parse.GetRequiredValue(_pool);
        TrainingTask[] tasks = [.. parse.GetRequiredValue(_tasks)
            .GroupBy(file => ResourceNames.Task(tenant, file.Task))
            .Select(files => new TrainingTask(files.Key, [.. files.SelectMany(file => _data.Split(parse, _data.Read(parse, file.File)).Training).Select(item => item.Example)]))];
        var batch = parse.GetValue(_batch);
        var steps = parse.GetValue(_epochs) is { } epochs
            ? (int)Math.Ceiling(epochs * tasks.Max(task => task.Examples.Count) / batch)
            : parse.GetValue(_steps) ?? DefaultSteps;
        return new TrainingPlan
        {
            Pool = ResourceNames.PoolOf(pool),
            PoolVersion = ResourceNames.PoolVersionOf(pool),
            Tasks = tasks,
            Steps = steps,
            BatchPerTask = batch,
            Optimizer = _optimizer.OfHeads(parse, steps),
            Dropout = _optimizer.Dropout(parse),
            Budget = _optimizer.Budget(parse, steps),
            PoolOptimizer = _optimizer.OfPool(parse, steps),
            Seed = parse.GetValue(_seed),
            Rebase = parse.GetValue(_rebase),
            SaveEvery = parse.GetValue(_saveEvery),
            Publish = !parse.GetValue(_noPublish),
            Serve = !parse.GetValue(_noServe),
        };
    }
}
