using System.CommandLine;
using System.Diagnostics;
using CoLA.Bench.Measures;
using CoLA.Bench.Worlds;
using CoLA.Core.Adapters.Couplings;

namespace CoLA.Bench.Benches;

/// <summary>The peak of memory in a training step of 2,048 tokens, above what the loaded model takes.</summary>
internal sealed class TrainMemoryBench() : ModelBench("train-memory", "Peak memory of a training step of 16 tasks x 128 tokens")
{
    private const int Tasks = 16;
    private const int Tokens = 128;

    protected override async Task MeasureAsync(BenchRun run, ParseResult parse, CancellationToken cancellation)
    {
        await using var world = run.Open();
        using var process = Process.GetCurrentProcess();
        var weights = process.WorkingSet64;
        var pool = await world.MakePoolAsync("memory", 2);
        var tasks = await world.MakeTasksAsync(pool, "memory", Tasks, Strategy.Heuristic, 3);
        var session = await TrainingRun.OpenAsync(world, pool, tasks, frozen: false);
        var examples = tasks.Select((task, at) => world.Row(task, Tokens, at)).ToArray();
        PeakMemory.Restart();
        run.Progress.Begin("steps", run.Repetitions);
        for (var step = 0; step < run.Repetitions; step++)
        {
            await session.StepAsync(examples, cancellation);
            run.Progress.Advance();
        }

        run.Figures["weightsBytes"] = weights;
        run.Figures["peakBytesAboveWeights"] = PeakMemory.Megabytes * 1e6 - weights;
    }
}
