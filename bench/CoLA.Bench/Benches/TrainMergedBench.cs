using System.CommandLine;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters.Couplings;

namespace CoLA.Bench.Benches;

/// <summary>Short rows of many tasks in one step beside a step for each of them.</summary>
internal sealed class TrainMergedBench() : ModelBench(
    "train-merged", "16 tasks x 32 tokens in one training step beside 16 steps", new Bar("merged", 1.7), new Bar("aloneSgemm", 0.3))
{
    private const int Tasks = 16;
    private const int Tokens = 32;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        var pool = await world.MakePoolAsync("merged", 2);
        var tasks = await world.MakeTasksAsync(pool, "merged", Tasks, Strategy.Heuristic, 3);
        var session = await TrainingRun.OpenAsync(world, pool, tasks, frozen: true);
        var examples = tasks.Select((task, at) => world.Row(task, Tokens, at)).ToArray();
        async Task<double> AloneAsync()
        {
            var seconds = 0d;
            foreach (var example in examples)
            {
                seconds += await session.StepAsync([example], cancellation);
            }

            return seconds;
        }

        var rounds = await Rounds.RunAsync(run, "steps", ("alone", AloneAsync), ("merged", () => session.StepAsync(examples, cancellation)));
        run.Figures["aloneSeconds"] = rounds.Median("alone");
        run.Figures["mergedSeconds"] = rounds.Median("merged");
        run.Ratios["merged"] = _ => rounds.Median(round => round["alone"] / round["merged"]);
        run.Ratios["aloneSgemm"] = machine =>
            world.Cost.TrainingFlop(Tasks * Tokens, Tasks * (Tokens - 1)) / rounds.Median("alone") / 1e9 / machine.SgemmGflops;
    }
}
