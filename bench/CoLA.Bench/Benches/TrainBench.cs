using System.CommandLine;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters.Couplings;

namespace CoLA.Bench.Benches;

/// <summary>
/// Training steps: forward, backward and optimizer, A trainable, all targets, every token labelled. What adapters cost is
/// told beside the same rows through the base alone, in the same micro-batches.
/// </summary>
internal sealed class TrainBench() : ModelBench(
    "train",
    "Training steps of 8 and 16 tasks x 128 tokens beside the base alone",
    new Bar("adaptersFull", 1.10, AtMost: true),
    new Bar("adaptersHeuristic", 1.25, AtMost: true),
    new Bar("sgemm", 0.65))
{
    private const int Tasks = 8;
    private const int ManyTasks = 16;
    private const int Tokens = 128;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        async Task<Func<Task<double>>> SideAsync(string name, int count, int m, int n, Strategy strategy)
        {
            var pool = await world.MakePoolAsync(name, m);
            var tasks = await world.MakeTasksAsync(pool, name, count, strategy, n);
            var session = await TrainingRun.OpenAsync(world, pool, tasks, frozen: false);
            var examples = tasks.Select((task, at) => world.Row(task, Tokens, at)).ToArray();
            return () => session.StepAsync(examples, cancellation);
        }

        var bare = Enumerable.Range(0, Tasks).Select(at => world.Row(new(World.Tenant, "bare"), Tokens, at)).ToArray();
        var rounds = await Rounds.RunAsync(
            run,
            "steps",
            ("none", () => world.Core.Engine.CallAsync(() => BareTraining.Step(world.Core.Model.Language, bare, world.Options.Training.TrainingTokens))),
            ("full4x10", await SideAsync("full", Tasks, 4, 10, Strategy.Full)),
            ("heuristic4x10", await SideAsync("heuristic", Tasks, 4, 10, Strategy.Heuristic)),
            ("heuristic2x3", await SideAsync("many", ManyTasks, 2, 3, Strategy.Heuristic)));
        foreach (var side in rounds.Sides)
        {
            run.Figures[$"{side}Seconds"] = rounds.Median(side);
        }

        run.Figures["tokensPerSecond"] = ManyTasks * Tokens / rounds.Median("heuristic2x3");
        run.Ratios["adaptersFull"] = _ => rounds.Median(round => round["full4x10"] / round["none"]);
        run.Ratios["adaptersHeuristic"] = _ => rounds.Median(round => round["heuristic4x10"] / round["none"]);
        run.Ratios["sgemm"] = machine =>
            world.Cost.TrainingFlop(ManyTasks * Tokens, ManyTasks * (Tokens - 1)) / rounds.Median("heuristic2x3") / 1e9 / machine.SgemmGflops;
    }
}
