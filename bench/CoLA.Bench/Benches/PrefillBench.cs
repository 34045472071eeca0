using System.CommandLine;
using CoLA.Bench.Measures;

namespace CoLA.Bench.Benches;

/// <summary>A prompt of 512 tokens on the base (or as long as its context allows), from the call to its first token.</summary>
internal sealed class PrefillBench() : ModelBench("prefill", "Reading a prompt of 512 tokens", new Bar("prefill", 0.7))
{
    private const int MostTokens = 512;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        var tokens = Math.Min(MostTokens, world.Core.Model.Config.ContextLength - 1);
        var rounds = await Rounds.RunAsync(
            run, "prompts", ("seconds", async () => (await world.RunAsync(world.NewRow(null, tokens, 1))).Seconds));
        var seconds = rounds.Median("seconds");
        run.Figures["promptSeconds"] = seconds;
        run.Figures["promptTokensPerSecond"] = tokens / seconds;
        var flop = 2 * world.Cost.LayerWeights * tokens + 2 * world.Cost.HeadWeights;
        run.Ratios["prefill"] = machine => flop / seconds / 1e9 / machine.SgemmGflops;
    }
}
