using System.CommandLine;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Naming;

namespace CoLA.Bench.Benches;

/// <summary>
/// The decode phase: base rows beside as many rows of distinct tasks. A step with adapters can be no faster than the
/// base's and reading each row's U (and A, where the pool versions differ too) once: that is the bound.
/// </summary>
internal sealed class DecodeBench() : ModelBench(
    "decode",
    "Decoding: 1, 8 and 32 base rows, 32 distinct tasks, 32 distinct pool versions",
    new Bar("distinctHeuristicOfBound", 0.92),
    new Bar("distinctFullOfBound", 0.92),
    new Bar("distinctVersionsOfBound", 0.85),
    new Bar("baseRows32", 0.35),
    new Bar("bandwidth", 0.75))
{
    private const int PromptTokens = 32;
    private const int NewTokens = 64;
    private const int Rows = 32;
    private const int M = 2;
    private const int N = 3;
    private const int Rank = 8;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        var pool = await world.MakePoolAsync("decode", M, Rank);
        var heuristic = await world.MakeTasksAsync(pool, "heuristic", Rows, Strategy.Heuristic, N);
        var full = await world.MakeTasksAsync(pool, "full", Rows, Strategy.Full, N);
        var versions = await world.MakeTasksAsync(pool, "version", Rows, Strategy.Heuristic, N);
        var noise = new NoiseHeads(world);
        await noise.PublishAsync(pool, [.. heuristic, .. full]);
        await noise.PublishOnOwnVersionsAsync(pool, versions);

        async Task<double> RateAsync(params IEnumerable<TaskName?> tasks) =>
            (await world.RunAsync([.. tasks.Select(task => world.NewRow(task, PromptTokens, NewTokens))])).DecodeTokensPerSecond;
        var rounds = await Rounds.RunAsync(
            run,
            "decoding",
            ("base1", () => RateAsync([null])),
            ("base8", () => RateAsync(new TaskName?[8])),
            ("base32", () => RateAsync(new TaskName?[Rows])),
            ("distinctHeuristic8", () => RateAsync(heuristic.Take(8).Cast<TaskName?>())),
            ("distinctHeuristic32", () => RateAsync(heuristic.Cast<TaskName?>())),
            ("distinctFull32", () => RateAsync(full.Cast<TaskName?>())),
            ("distinctVersions32", () => RateAsync(versions.Cast<TaskName?>())));
        foreach (var side in rounds.Sides)
        {
            run.Figures[$"{side}TokensPerSecond"] = rounds.Median(side);
        }

        run.Figures["distinctHeuristic"] = rounds.Median(round => round["distinctHeuristic32"] / round["base32"]);
        run.Figures["distinctFull"] = rounds.Median(round => round["distinctFull32"] / round["base32"]);
        run.Figures["distinctVersions"] = rounds.Median(round => round["distinctVersions32"] / round["base32"]);

        var cost = world.Cost;
        Func<Machine, double> OfBound(string side, double bytes) => machine =>
            rounds.Median(round => round[side] / Rows * (Rows / round["base32"] + bytes / machine.ReadGigabytesPerSecond / 1e9));
        run.Ratios["distinctHeuristicOfBound"] = OfBound("distinctHeuristic32", Rows * cost.BytesOfU(M * Rank));
        run.Ratios["distinctFullOfBound"] = OfBound("distinctFull32", Rows * cost.BytesOfU(Rank));
        run.Ratios["distinctVersionsOfBound"] = OfBound("distinctVersions32", Rows * (cost.BytesOfU(M * Rank) + cost.BytesOfA(M * Rank)));
        run.Ratios["baseRows32"] = machine => 2 * cost.Weights * rounds.Median("base32") / 1e9 / machine.SgemmGflops;
        run.Ratios["bandwidth"] = machine => sizeof(float) * cost.Weights * rounds.Median("base1") / 1e9 / machine.ReadGigabytesPerSecond;
    }
}
