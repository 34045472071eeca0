using System.Diagnostics;
using System.Text.Json.Serialization;
using static TorchSharp.torch;

namespace CoLA.Bench;

/// <summary>What this machine can do at best, measured in the run that uses it: figures only mean something beside it.</summary>
/// <param name="Threads">Intra-op threads.</param>
/// <param name="SgemmGflops">Median of 20 products 1024^3, 2 n^3 FLOP.</param>
/// <param name="ReadGigabytesPerSecond">The larger of a sum over, and a one-row product with, a 1 GiB float32 buffer.</param>
internal sealed record Machine(
    [property: JsonPropertyName("threads")] int Threads,
    [property: JsonPropertyName("sgemmGflops")] double SgemmGflops,
    [property: JsonPropertyName("readGBs")] double ReadGigabytesPerSecond)
{
    public static Machine Measure()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        const int side = 1024;
        var left = randn(side, side);
        var right = randn(side, side);
        var product = Median(20, () => left.matmul(right).Dispose());
        var buffer = ones(1 << 14, 1 << 14);
        var row = ones(1, 1 << 14);
        var sum = Median(5, () => buffer.sum().Dispose());
        var multiply = Median(5, () => row.matmul(buffer).Dispose());
        return new Machine(
            get_num_threads(),
            2 * Math.Pow(side, 3) / product / 1e9,
            buffer.NumberOfElements * 4 / Math.Min(sum, multiply) / 1e9);
    }

    /// <summary>Median seconds of <paramref name="times"/> runs, after one that does not count.</summary>
    public static double Median(int times, Action run)
    {
        run();
        return Median(Enumerable.Range(0, times).Select(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            run();
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        }));
    }

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
