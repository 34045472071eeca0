using System.Diagnostics;
using static TorchSharp.torch;

namespace CoLA.Bench.Measures;

/// <summary>What the machine can do: medians over every moment at which it was measured.</summary>
internal sealed class MachineMeter
{
    private const int Side = 1024;
    private const int Products = 20;
    private const int Reads = 5;
    private const int BufferSide = 1 << 14; // float32 of this by this: 1 GiB

    private readonly List<double> _products = [];
    private readonly List<double> _sums = [];
    private readonly List<double> _rows = [];

    public Machine Machine => new(
        get_num_threads(),
        2 * Math.Pow(Side, 3) / Median.Of(_products) / 1e9,
        (double)BufferSide * BufferSide * sizeof(float) / Math.Min(Median.Of(_sums), Median.Of(_rows)) / 1e9);

    public void Measure()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var left = randn(Side, Side);
        var right = randn(Side, Side);
        Time(_products, Products, () => left.matmul(right).Dispose());
        var buffer = ones(BufferSide, BufferSide);
        var row = ones(1, BufferSide);
        Time(_sums, Reads, () => buffer.sum().Dispose());
        Time(_rows, Reads, () => row.matmul(buffer).Dispose());
    }

    private static void Time(List<double> seconds, int times, Action run)
    {
        run();
        for (var time = 0; time < times; time++)
        {
            var started = Stopwatch.GetTimestamp();
            run();
            seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
    }
}
