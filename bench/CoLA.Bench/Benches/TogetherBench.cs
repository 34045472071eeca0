using System.CommandLine;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters.Couplings;

namespace CoLA.Bench.Benches;

/// <summary>32 tasks that answer in one batch, beside the same requests one task after another.</summary>
internal sealed class TogetherBench() : ModelBench("together", "32 distinct tasks in one batch, and one after another", new Bar("together", 6))
{
    private const int Rows = 32;
    private const int PromptTokens = 32;
    private const int NewTokens = 64;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        var pool = await world.MakePoolAsync("together", m: 2);
        var tasks = await world.MakeTasksAsync(pool, "task", Rows, Strategy.Heuristic, n: 3);
        await new NoiseHeads(world).PublishAsync(pool, tasks);

        var wholeTogether = new List<double>();
        var wholeAlone = new List<double>();
        async Task<double> TogetherAsync()
        {
            var clock = await world.RunAsync([.. tasks.Select(task => world.NewRow(task, PromptTokens, NewTokens))]);
            wholeTogether.Add(clock.Count / clock.Seconds);
            return clock.DecodeTokensPerSecond;
        }

        // As many tokens by every task, so the rate over all is the harmonic mean of theirs.
        async Task<double> AloneAsync()
        {
            double decode = 0, whole = 0;
            foreach (var task in tasks)
            {
                var clock = await world.RunAsync(world.NewRow(task, PromptTokens, NewTokens));
                decode += 1 / clock.DecodeTokensPerSecond;
                whole += clock.Seconds / clock.Count;
            }

            wholeAlone.Add(tasks.Length / whole);
            return tasks.Length / decode;
        }

        var rounds = await Rounds.RunAsync(run, "rounds", ("together", TogetherAsync), ("alone", AloneAsync));
        run.Figures["togetherTokensPerSecond"] = rounds.Median("together");
        run.Figures["aloneTokensPerSecond"] = rounds.Median("alone");
        run.Figures["togetherWithPrompts"] = Median.Of(wholeTogether.Zip(wholeAlone, (together, alone) => together / alone).Skip(1));
        run.Ratios["together"] = _ => rounds.Median(round => round["together"] / round["alone"]);
    }
}
