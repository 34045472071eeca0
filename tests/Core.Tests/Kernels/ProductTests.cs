using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

/// <summary>The products of the CPU, each beside a plain loop in double precision.</summary>
public sealed unsafe class ProductTests
{
    /// <summary>Rows, depth and columns: one row, blocks of rows with a rest, depths of several blocks, columns with a tail of a panel.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 1, 9, 17 }, { 2, 16, 16 }, { 5, 33, 40 }, { 13, 800, 50 }, { 130, 20, 35 }, { 257, 7, 3 }, { 3, 1600, 20 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void PanelProduct_OfARowMajorMatrix_IsThePlainLoop(int rows, int depth, int columns)
    {
        using GuardedFloats w = new(depth * columns, 1), x = new(rows * depth, 2), y = new(rows * columns, 3);
        var job = PanelProduct.OfRowMajor(w.Start, depth, columns, x.Start, rows, y.Start, columns);

        for (var chunk = 0; chunk < job.Chunks; chunk++)
        {
            job.Run(chunk);
        }

        AssertProduct(w.Copy(), x.Copy(), null, y, rows, depth, columns, columns);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void PanelProduct_WithABias_AddsItOnce(int rows, int depth, int columns)
    {
        using GuardedFloats w = new(depth * columns, 1), x = new(rows * depth, 2), bias = new(columns, 4), y = new(rows * columns, 3);
        var job = PanelProduct.OfRowMajor(w.Start, depth, columns, x.Start, rows, y.Start, columns) with { Bias = bias.Start };

        for (var chunk = 0; chunk < job.Chunks; chunk++)
        {
            job.Run(chunk);
        }

        AssertProduct(w.Copy(), x.Copy(), bias.Copy(), y, rows, depth, columns, columns);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void StridedProduct_AddedToAPartOfALargerMatrix_IsThePlainLoopThere(int rows, int depth, int columns)
    {
        var stride = columns + 5;
        using GuardedFloats w = new(depth * stride, 1), x = new(rows * (depth + 3), 2), y = new(rows * stride, 3);
        var before = y.Copy();
        var job = StridedProduct.OfRowMajor(w.Start, stride, depth, columns).Of(x.Start, depth + 3, rows, y.Start, stride, Start.Sum);

        for (var chunk = 0; chunk < job.Chunks; chunk++)
        {
            job.Run(chunk);
        }

        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < stride; column++)
            {
                double expected = before[row * stride + column];
                for (var k = 0; column < columns && k < depth; k++)
                {
                    expected += (double)x.Values[row * (depth + 3) + k] * w.Values[k * stride + column];
                }

                Assert.Equal(expected, y.Values[row * stride + column], Tolerance(depth));
            }
        }

        y.Check();
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 9)]
    [InlineData(8, 16)]
    [InlineData(19, 43)]
    public void RowProduct_AnyShape_IsThePlainLoop(int depth, int columns)
    {
        var stride = columns + 2;
        using GuardedFloats w = new(depth * stride, 1), x = new(depth, 2), y = new(columns, 3);
        var before = y.Copy();

        RowProduct.Add(y.Start, x.Start, w.Start, depth, stride, columns);

        for (var column = 0; column < columns; column++)
        {
            var expected = before[column] + Enumerable.Range(0, depth).Sum(k => (double)x.Values[k] * w.Values[k * stride + column]);
            Assert.Equal(expected, y.Values[column], Tolerance(depth));
        }

        y.Check();
    }

    [Fact]
    public void PanelProduct_RowThatIsNotFinite_LeavesItsNeighboursAlone()
    {
        const int rows = 11;
        using GuardedFloats w = new(40 * 37, 1), x = new(rows * 40, 2), y = new(rows * 37, 3);
        x.Values[5 * 40 + 3] = float.NaN;
        x.Values[7 * 40 + 3] = float.PositiveInfinity;
        var job = PanelProduct.OfRowMajor(w.Start, 40, 37, x.Start, rows, y.Start, 37);

        for (var chunk = 0; chunk < job.Chunks; chunk++)
        {
            job.Run(chunk);
        }

        var finite = y.Copy().Chunk(37).Index().Where(row => row.Item.All(float.IsFinite)).Select(row => row.Index);
        Assert.Equal([0, 1, 2, 3, 4, 6, 8, 9, 10], finite);
    }

    /// <summary>A chain of depth rounded sums of products below 1: at most depth^2 half units, far less for random signs.</summary>
    private static double Tolerance(int depth) => 1e-6 * (1 + Math.Sqrt(depth) * 4);

    private static void AssertProduct(float[] w, float[] x, float[]? bias, GuardedFloats y, int rows, int depth, int columns, int stride)
    {
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                var expected = (double)(bias?[column] ?? 0);
                for (var k = 0; k < depth; k++)
                {
                    expected += (double)x[row * depth + k] * w[k * columns + column];
                }

                Assert.Equal(expected, y.Values[row * stride + column], Tolerance(depth));
            }
        }

        y.Check();
    }
}
