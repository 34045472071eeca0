using System.Diagnostics;
using System.Globalization;
using CoLA.Bench.Rendering;
using CoLA.Client;
using TorchSharp;

namespace CoLA.Bench.Soaks;

/// <summary>Looks at the server and at its process, which is this one.</summary>
/// <param name="client">Asks the server.</param>
/// <param name="blockBytes">Of one block of keys and values.</param>
/// <param name="done">What clients saw.</param>
/// <param name="progress">Where samples are told.</param>
internal sealed class SoakWatch(ColaClient client, double blockBytes, SoakCount done, BenchProgress progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>A sample every ten seconds.</summary>
    public async Task<IReadOnlyList<SoakSample>> WatchAsync(TimeSpan duration, CancellationToken cancellation)
    {
        var samples = new List<SoakSample>();
        var started = Stopwatch.GetTimestamp();
        var times = Math.Max(1, (int)(duration / Interval));
        progress.Begin("load", times);
        for (var time = 0; time < times; time++)
        {
            var (before, last) = (done.Tokens, Stopwatch.GetTimestamp());
            var tensors = await LeastTensorsAsync(cancellation);
            var rate = (done.Tokens - before) / Stopwatch.GetElapsedTime(last).TotalSeconds;
            var status = await client.Status.GetAsync(cancellationToken: cancellation);
            var sample = new SoakSample(
                Stopwatch.GetElapsedTime(started).TotalSeconds,
                rate,
                tensors,
                Environment.WorkingSet,
                GC.GetTotalMemory(forceFullCollection: false),
                Blocks(status.KeyValues.UsedBytes),
                status.Adapters.Bytes);
            samples.Add(sample);
            progress.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{sample.Seconds,5:F0} s {sample.TokensPerSecond,6:F0} tok/s {sample.LiveTensors,6} tensors {sample.Resident / 1e6,6:F0} MB "
                    + $"({sample.Managed / 1e6:F0} managed) {sample.KeyValueBlocks,5} blocks {done.Failures.Count} failed"));
            progress.Advance();
        }

        return samples;
    }

    /// <summary>Blocks that are still held when all clients have gone and their rows have had time to end.</summary>
    public async Task<long> LeftAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var left = 0L;
        await foreach (var status in client.Status.WatchAsync(TimeSpan.FromSeconds(0.1), cancellation))
        {
            left = Blocks(status.KeyValues.UsedBytes);
            var rows = status.RunningRows + status.WaitingRows;
            if (rows + left == 0)
            {
                break;
            }

            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                if (rows > 0)
                {
                    done.Failed($"{rows} rows did not end when their clients left");
                }

                break;
            }
        }

        return left;
    }

    /// <summary>Over one interval: steps and sessions that are on their way at one moment say nothing about what stays.</summary>
    private static async Task<long> LeastTensorsAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var least = torch.Tensor.TotalCount;
        while (Stopwatch.GetElapsedTime(started) < Interval)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellation);
            least = Math.Min(least, torch.Tensor.TotalCount);
        }

        return least;
    }

    private long Blocks(long bytes) => (long)Math.Round(bytes / blockBytes);
}
