using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

/// <summary><see cref="GateRowsJob"/> in both directions; its forward pass is the product of <see cref="GateJob"/>.</summary>
public sealed unsafe class GateRowsJobTests
{
    /// <summary>About eight roundings of half a unit (6e-8) each, of values below 2.</summary>
    private const double Tolerance = 1e-6;

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 1)]
    [InlineData(3, 8)]
    [InlineData(9, 13)]
    [InlineData(17, 21)]
    public void Run_Forward_IsSiluTimesUp(int rows, int width)
    {
        using GuardedFloats joined = new(rows * 2 * width, 1), result = new(rows * width, 2);

        Run(new GateRowsJob { Joined = joined.Start, Result = result.Start, Rows = rows, Width = width });

        for (var at = 0; at < rows * width; at++)
        {
            var (gate, up) = Pair(joined, at, width);
            Assert.Equal(gate / (1 + Math.Exp(-gate)) * up, result.Values[at], Tolerance);
        }

        result.Check();
    }

    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 1)]
    [InlineData(3, 8)]
    [InlineData(9, 13)]
    [InlineData(17, 21)]
    public void Run_Backward_IsTheGradientOfSiluTimesUp(int rows, int width)
    {
        using GuardedFloats joined = new(rows * 2 * width, 1), gradient = new(rows * width, 2), result = new(rows * 2 * width, 3);

        Run(new GateRowsJob { Joined = joined.Start, OutputGradient = gradient.Start, Result = result.Start, Rows = rows, Width = width });

        for (var at = 0; at < rows * width; at++)
        {
            var (gate, up) = Pair(joined, at, width);
            var (gateGradient, upGradient) = Pair(result, at, width);
            var sigmoid = 1 / (1 + Math.Exp(-gate));
            Assert.Equal(gradient.Values[at] * up * (sigmoid + gate * sigmoid * (1 - sigmoid)), gateGradient, Tolerance);
            Assert.Equal(gradient.Values[at] * gate * sigmoid, upGradient, Tolerance);
        }

        result.Check();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)]
    public void Run_GateThatIsNaN_ComesOutWhereItWentIn(int column)
    {
        const int rows = 3;
        const int width = 13;
        using GuardedFloats joined = new(rows * 2 * width, 1), result = new(rows * width, 2);
        joined.Values[2 * width + column] = float.NaN;

        Run(new GateRowsJob { Joined = joined.Start, Result = result.Start, Rows = rows, Width = width });

        var broken = result.Copy().Index().Where(value => !float.IsFinite(value.Item)).Select(value => value.Index);
        Assert.Equal([width + column], broken);
    }

    private static void Run(GateRowsJob job)
    {
        for (var chunk = 0; chunk < RowChunks.Count(job.Rows); chunk++)
        {
            job.Run(chunk);
        }
    }

    /// <summary>The values of gate and up for one element of the output.</summary>
    private static (double Gate, double Up) Pair(GuardedFloats joined, int at, int width)
    {
        var gate = at / width * 2 * width + at % width;
        return (joined.Values[gate], joined.Values[gate + width]);
    }
}
