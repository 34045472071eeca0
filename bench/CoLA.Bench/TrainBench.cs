using System.Diagnostics;
using CoLA.Core.Adapters;

namespace CoLA.Bench;

/// <summary>
/// A training step of 8 tasks x 128 tokens on one pool: forward, backward and optimizer, A trainable, all targets, every
/// token labelled.
/// </summary>
internal static class TrainBench
{
    private const int Tasks = 8;
    private const int Tokens = 128;
    private const int Repetitions = 5;

    public static async Task<(Dictionary<string, double> Figures, Dictionary<string, double> Ratios)> RunAsync(World world, Machine machine)
    {
        var sides = new (string Name, int M, int N, Strategy Strategy)[]
        {
            ("heuristic", 2, 3, Strategy.Heuristic), ("full4x10", 4, 10, Strategy.Full), ("heuristic4x10", 4, 10, Strategy.Heuristic),
        };
        var figures = new Dictionary<string, double>();
        var ratios = new Dictionary<string, double>();
        foreach (var (name, m, n, strategy) in sides)
        {
            var pool = await world.MakePoolAsync(name, m);
            var tasks = await world.MakeTasksAsync(pool, name, Tasks, strategy, n);
            var session = await world.OpenAsync(pool, tasks, frozen: false);
            var examples = tasks.Select((task, at) => world.Row(task, Tokens, at)).ToArray();
            var seconds = new List<double>();
            for (var step = 0; step <= Repetitions; step++)
            {
                var started = Stopwatch.GetTimestamp();
                await world.Core.Sessions.TrainStepAsync(World.Tenant, session, step + 1, [1], examples, default);
                if (step > 0)
                {
                    seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                }
            }

            await world.Core.Sessions.CloseAsync(world.Mutation(), session, default);
            var median = Machine.Median(seconds);
            figures[$"{name}TokensPerSecond"] = Tasks * Tokens / median;
            ratios[$"{name}Sgemm"] = world.StepFlop(Tasks * Tokens) / median / 1e9 / machine.SgemmGflops;
        }

        return (figures, ratios);
    }
}
