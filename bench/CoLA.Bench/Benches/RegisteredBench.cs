using System.CommandLine;
using System.Diagnostics;
using CoLA.Bench.Loads;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;
using CoLA.Core.Naming;

namespace CoLA.Bench.Benches;

/// <summary>
/// What thousands of registered tasks cost: zipf over all of them with a few dozens resident, beside the same load on 10
/// tasks in a core and data directory of their own.
/// </summary>
internal sealed class RegisteredBench : ModelBench
{
    private const int M = 2;
    private const int N = 2;
    private const int Rank = 2;
    private const int FewTasks = 10;
    private const int Resident = 64;
    private const int InFlight = 32;
    private const int PromptTokens = 32;
    private const int NewTokens = 32;

    private static readonly Target[] Targets = [Target.Q, Target.V];

    private readonly Option<int> _tasks = new("--tasks") { Description = "Registered tasks, each with heads of its own", DefaultValueFactory = _ => 10_000 };
    private readonly Option<int> _requests = new("--requests") { Description = "Requests of one round and side", DefaultValueFactory = _ => 256 };

    public RegisteredBench()
        : base("registered", "Throughput with 10,000 registered tasks, zipf 1.5, 64 resident, and with 10", new Bar("registered", 0.9))
    {
        Add(_tasks);
        Add(_requests);
    }

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        var requests = parse.GetValue(_requests);
        await using var crowded = await CrowdAsync(run, parse.GetValue(_tasks));
        await using var quiet = await CrowdAsync(run, FewTasks);
        var rounds = await Rounds.RunAsync(
            run,
            "rounds",
            ("registered", () => crowded.RateAsync(requests)),
            ("few", () => quiet.RateAsync(requests)));
        run.Figures["registeredTokensPerSecond"] = rounds.Median("registered");
        run.Figures["fewTokensPerSecond"] = rounds.Median("few");
        run.Ratios["registered"] = _ => rounds.Median(round => round["registered"] / round["few"]);
    }

    /// <summary>A core of its own with so many tasks.</summary>
    private static async Task<Crowd> CrowdAsync(BenchRun run, int count)
    {
        run.Progress.Begin($"{count} tasks", 2 * count);
        var memory = (long)(Resident * ModelCost.Of(run.Model).BytesOfU(M * Rank, Targets));
        var world = run.Open(new ColaOptions { Adapters = new() { Memory = memory } });
        var pool = await world.MakePoolAsync("registered", M, Rank, Targets);
        var tasks = await world.MakeTasksAsync(pool, "task", count, Strategy.Heuristic, N, run.Progress.Advance);
        await new NoiseHeads(world).PublishAsync(pool, tasks, run.Progress.Advance);
        return new Crowd(world, tasks);
    }

    private sealed class Crowd(World world, TaskName[] tasks) : IAsyncDisposable
    {
        private readonly TaskDraws _draws = new(LoadShape.Zipf, tasks.Length, 1);

        /// <summary>Tokens read and generated per second.</summary>
        public async Task<double> RateAsync(int requests)
        {
            var rows = Enumerable.Range(0, requests).Select(_ => world.NewRow(tasks[_draws.Next()], PromptTokens, NewTokens)).ToArray();
            var started = Stopwatch.GetTimestamp();
            await ClosedLoop.RunAsync(InFlight, requests, request => world.RunAsync(rows[request]));
            return requests * (PromptTokens + NewTokens) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        public ValueTask DisposeAsync() => world.DisposeAsync();
    }
}
