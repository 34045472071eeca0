using System.CommandLine;
using System.Diagnostics;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters.Couplings;

namespace CoLA.Bench.Benches;

/// <summary>From Publish to the first token of the new version, beside a decoding step and the flush of a file of that size.</summary>
internal sealed class PublishBench() : ModelBench("publish", "Seconds from Publish to the first token of the new version")
{
    private const int Tokens = 32;

    /// <summary>Publications of a round, and flushes: each takes milliseconds, and the disk's differ by a factor of three.</summary>
    private const int Times = 7;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        var pool = await world.MakePoolAsync("publish", 2);
        var tasks = await world.MakeTasksAsync(pool, "publish", 1, Strategy.Heuristic, 3);
        var session = await TrainingRun.OpenAsync(world, pool, tasks, frozen: true);
        async Task<double> PublishAsync()
        {
            await session.StepAsync([world.Row(tasks[0], Tokens, 1)], cancellation);
            var started = Stopwatch.GetTimestamp();
            await session.PublishAsync(cancellation);
            await world.RunAsync(world.NewRow(tasks[0], 1, 1));
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }

        async Task<double> FlushAsync()
        {
            var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            var heads = (await world.Core.Tasks.ResolveAsync(World.Tenant, tasks[0], null, cancellation)).Heads!;
            var content = new byte[heads.Bytes];
            Random.Shared.NextBytes(content);
            var started = Stopwatch.GetTimestamp();
            using (var file = new FileStream(path, FileMode.CreateNew))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            File.Delete(path);
            return seconds;
        }

        var rounds = await Rounds.RunAsync(
            run,
            "publishing",
            ("publishSeconds", () => MedianAsync(PublishAsync)),
            ("decodeStepSeconds", async () => 1 / (await world.RunAsync(world.NewRow(tasks[0], Tokens, Tokens))).DecodeTokensPerSecond),
            ("flushSeconds", () => MedianAsync(FlushAsync)));
        foreach (var side in rounds.Sides)
        {
            run.Figures[side] = rounds.Median(side);
        }
    }

    private static async Task<double> MedianAsync(Func<Task<double>> measureAsync)
    {
        var seconds = new double[Times];
        for (var time = 0; time < Times; time++)
        {
            seconds[time] = await measureAsync();
        }

        return Median.Of(seconds);
    }
}
