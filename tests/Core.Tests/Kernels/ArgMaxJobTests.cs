using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

public sealed unsafe class ArgMaxJobTests
{
    private const int Rows = 3;

    /// <summary>The largest value stands at each place in turn: in a vector of 8 and in the tail.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(21)]
    public void Run_LargestAnywhere_IsItsFirstIndex(int width)
    {
        using GuardedFloats values = new(Rows * width, 1), largest = new(Rows, 2);
        var best = stackalloc int[Rows];
        for (var place = 0; place < width; place++)
        {
            var row = values.Values.Slice(width, width);
            row.Fill(-5);
            row[place..].Fill(-3); // equal values after it: the first index counts

            new ArgMaxJob { Values = values.Start, Width = width, Largest = largest.Start, Best = best }.Run(1);

            Assert.Equal((place, -3f), (best[1], largest.Values[1]));
        }

        largest.Check();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(17)]
    public void Run_RowWithANaN_IsNaNAndItsNeighboursAreNot(int at)
    {
        const int width = 18;
        using GuardedFloats values = new(Rows * width, 1), largest = new(Rows, 2);
        values.Values[width + at] = float.NaN;
        var best = stackalloc int[Rows];
        var job = new ArgMaxJob { Values = values.Start, Width = width, Largest = largest.Start, Best = best };

        for (var row = 0; row < Rows; row++)
        {
            job.Run(row);
        }

        Assert.Equal([false, true, false], largest.Copy().Select(float.IsNaN));
        Assert.InRange(best[1], 0, width - 1);
    }
}
