using System.CommandLine;
using System.Diagnostics;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters;
using CoLA.Core.Training;

namespace CoLA.Bench.Benches;

/// <summary>
/// A training step of 8 tasks x 128 tokens on one pool: forward, backward and optimizer, A trainable, all targets, every
/// token labelled.
/// </summary>
internal sealed class TrainBench() : ModelBench("train", "A training step of 8 tasks x 128 tokens: forward, backward and optimizer")
{
    private const int Tasks = 8;
    private const int Tokens = 128;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        var sides = new (string Name, int M, int N, Strategy Strategy)[]
        {
            ("heuristic", 2, 3, Strategy.Heuristic), ("full4x10", 4, 10, Strategy.Full), ("heuristic4x10", 4, 10, Strategy.Heuristic),
        };
        await using var world = run.Open();
        // Forward and backward through the base's matrices, nothing else: 4 FLOP a weight and token.
        var flop = 4 * world.Cost.Weights * Tasks * Tokens;
        foreach (var (name, m, n, strategy) in sides)
        {
            var pool = await world.MakePoolAsync(name, m);
            var tasks = await world.MakeTasksAsync(pool, name, Tasks, strategy, n);
            var session = await world.OpenAsync(pool, tasks, frozen: false);
            var examples = tasks.Select((task, at) => world.Row(task, Tokens, at)).ToArray();
            var step = 0;
            async Task<double> StepAsync()
            {
                var started = Stopwatch.GetTimestamp();
                await world.Core.Steps.TrainStepAsync(new NumberedCall(World.Tenant, session, ++step, [1]), new BatchSpec(examples), cancellation);
                return Stopwatch.GetElapsedTime(started).TotalSeconds;
            }

            var seconds = (await Rounds.RunAsync(run, name, ("step", StepAsync))).Median("step");
            await world.Core.Sessions.CloseAsync(world.Mutation(), session, cancellation);
            run.Figures[$"{name}TokensPerSecond"] = Tasks * Tokens / seconds;
            run.Ratios[$"{name}Sgemm"] = machine => flop / seconds / 1e9 / machine.SgemmGflops;
        }
    }
}
