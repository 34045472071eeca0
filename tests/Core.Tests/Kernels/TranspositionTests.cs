using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

public sealed unsafe class TranspositionTests
{
    /// <summary>Nothing, less than a block of eight by eight, whole blocks, and tails of rows, columns and both.</summary>
    [Theory]
    [InlineData(0, 5)]
    [InlineData(1, 1)]
    [InlineData(7, 9)]
    [InlineData(8, 8)]
    [InlineData(16, 11)]
    [InlineData(19, 24)]
    [InlineData(13, 17)]
    public void Run_AnyShape_WritesTheTransposedMatrixAndNothingElse(int rows, int columns)
    {
        int fromStride = columns + 3, toStride = rows + 5;
        using GuardedFloats from = new(rows * fromStride, 1), to = new(columns * toStride, 2);
        if (rows > 0)
        {
            from.Values[0] = float.NaN; // a copy: it stays one value
        }

        var expected = to.Copy();
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                expected[column * toStride + row] = from.Values[row * fromStride + column];
            }
        }

        Transposition.Run(from.Start, fromStride, rows, columns, to.Start, toStride);

        Assert.Equal(expected, to.Copy());
        to.Check();
    }
}
