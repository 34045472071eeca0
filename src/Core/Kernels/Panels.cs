using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// The inner product of matrix kernels: six rows by sixteen columns are summed in twelve vector registers. A panel is
/// sixteen columns of a matrix, (depth, 16) contiguous, with zeros where the matrix has fewer.
/// </summary>
internal static unsafe class Panels
{
    public const int Width = 16;

    /// <summary>
    /// y (rows, columns) = start + x (rows, depth) panel (depth, 16); columns is 16 at most. Rows of x and y are
    /// <paramref name="xStride"/> and <paramref name="yStride"/> apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        float* panel, nint wStride, int depth, float* x, nint xStride, int rows, float* y, nint yStride, int columns, Start start, float* bias)
    {
        var edge = stackalloc float[6 * Width];
        var row = 0;
        while (row < rows)
        {
            var tile = rows - row >= 6 ? 6 : rows - row >= 4 ? 4 : rows - row >= 2 ? 2 : 1;
            float* to = y + row * yStride;
            nint toStride = yStride;
            if (columns < Width)
            {
                to = edge;
                toStride = Width;
            }

            Begin(to, toStride, y + row * yStride, yStride, tile, columns, start, bias);
            var from = x + row * xStride;
            switch (tile)
            {
                case 6:
                    Six(panel, wStride, depth, from, xStride, to, toStride);
                    break;
                case 4:
                    Four(panel, wStride, depth, from, xStride, to, toStride);
                    break;
                case 2:
                    Two(panel, wStride, depth, from, xStride, to, toStride);
                    break;
                default:
                    One(panel, wStride, depth, from, to);
                    break;
            }

            if (columns < Width)
            {
                for (var at = 0; at < tile; at++)
                {
                    new ReadOnlySpan<float>(edge + at * Width, columns).CopyTo(new Span<float>(y + (row + at) * yStride, columns));
                }
            }

            row += tile;
        }
    }

    private static void Begin(float* to, nint toStride, float* y, nint yStride, int rows, int columns, Start start, float* bias)
    {
        for (var at = 0; at < rows; at++)
        {
            var place = new Span<float>(to + at * toStride, columns);
            switch (start)
            {
                case Start.Zero:
                    place.Clear();
                    break;
                case Start.Bias:
                    new ReadOnlySpan<float>(bias, columns).CopyTo(place);
                    break;
                default:
                    new ReadOnlySpan<float>(y + at * yStride, columns).CopyTo(place);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(float* w, nint wStride, int depth, float* x, nint xStride, float* y, nint yStride)
    {
        float* x0 = x, x1 = x0 + xStride, x2 = x1 + xStride, x3 = x2 + xStride, x4 = x3 + xStride, x5 = x4 + xStride;
        float* y0 = y, y1 = y0 + yStride, y2 = y1 + yStride, y3 = y2 + yStride, y4 = y3 + yStride, y5 = y4 + yStride;
        Vector256<float> a0 = Vector256.Load(y0), b0 = Vector256.Load(y0 + 8), a1 = Vector256.Load(y1), b1 = Vector256.Load(y1 + 8);
        Vector256<float> a2 = Vector256.Load(y2), b2 = Vector256.Load(y2 + 8), a3 = Vector256.Load(y3), b3 = Vector256.Load(y3 + 8);
        Vector256<float> a4 = Vector256.Load(y4), b4 = Vector256.Load(y4 + 8), a5 = Vector256.Load(y5), b5 = Vector256.Load(y5 + 8);
        for (nint k = 0; k < depth; k++, w += wStride)
        {
            var left = Vector256.Load(w);
            var right = Vector256.Load(w + 8);
            var xk = Vector256.Create(x0[k]);
            a0 = Vector256.FusedMultiplyAdd(xk, left, a0);
            b0 = Vector256.FusedMultiplyAdd(xk, right, b0);
            xk = Vector256.Create(x1[k]);
            a1 = Vector256.FusedMultiplyAdd(xk, left, a1);
            b1 = Vector256.FusedMultiplyAdd(xk, right, b1);
            xk = Vector256.Create(x2[k]);
            a2 = Vector256.FusedMultiplyAdd(xk, left, a2);
            b2 = Vector256.FusedMultiplyAdd(xk, right, b2);
            xk = Vector256.Create(x3[k]);
            a3 = Vector256.FusedMultiplyAdd(xk, left, a3);
            b3 = Vector256.FusedMultiplyAdd(xk, right, b3);
            xk = Vector256.Create(x4[k]);
            a4 = Vector256.FusedMultiplyAdd(xk, left, a4);
            b4 = Vector256.FusedMultiplyAdd(xk, right, b4);
            xk = Vector256.Create(x5[k]);
            a5 = Vector256.FusedMultiplyAdd(xk, left, a5);
            b5 = Vector256.FusedMultiplyAdd(xk, right, b5);
        }

        a0.Store(y0);
        b0.Store(y0 + 8);
        a1.Store(y1);
        b1.Store(y1 + 8);
        a2.Store(y2);
        b2.Store(y2 + 8);
        a3.Store(y3);
        b3.Store(y3 + 8);
        a4.Store(y4);
        b4.Store(y4 + 8);
        a5.Store(y5);
        b5.Store(y5 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Four(float* w, nint wStride, int depth, float* x, nint xStride, float* y, nint yStride)
    {
        float* x0 = x, x1 = x0 + xStride, x2 = x1 + xStride, x3 = x2 + xStride;
        float* y0 = y, y1 = y0 + yStride, y2 = y1 + yStride, y3 = y2 + yStride;
        Vector256<float> a0 = Vector256.Load(y0), b0 = Vector256.Load(y0 + 8), a1 = Vector256.Load(y1), b1 = Vector256.Load(y1 + 8);
        Vector256<float> a2 = Vector256.Load(y2), b2 = Vector256.Load(y2 + 8), a3 = Vector256.Load(y3), b3 = Vector256.Load(y3 + 8);
        for (nint k = 0; k < depth; k++, w += wStride)
        {
            var left = Vector256.Load(w);
            var right = Vector256.Load(w + 8);
            var xk = Vector256.Create(x0[k]);
            a0 = Vector256.FusedMultiplyAdd(xk, left, a0);
            b0 = Vector256.FusedMultiplyAdd(xk, right, b0);
            xk = Vector256.Create(x1[k]);
            a1 = Vector256.FusedMultiplyAdd(xk, left, a1);
            b1 = Vector256.FusedMultiplyAdd(xk, right, b1);
            xk = Vector256.Create(x2[k]);
            a2 = Vector256.FusedMultiplyAdd(xk, left, a2);
            b2 = Vector256.FusedMultiplyAdd(xk, right, b2);
            xk = Vector256.Create(x3[k]);
            a3 = Vector256.FusedMultiplyAdd(xk, left, a3);
            b3 = Vector256.FusedMultiplyAdd(xk, right, b3);
        }

        a0.Store(y0);
        b0.Store(y0 + 8);
        a1.Store(y1);
        b1.Store(y1 + 8);
        a2.Store(y2);
        b2.Store(y2 + 8);
        a3.Store(y3);
        b3.Store(y3 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(float* w, nint wStride, int depth, float* x, nint xStride, float* y, nint yStride)
    {
        float* x0 = x, x1 = x0 + xStride;
        float* y0 = y, y1 = y0 + yStride;
        Vector256<float> a0 = Vector256.Load(y0), b0 = Vector256.Load(y0 + 8), a1 = Vector256.Load(y1), b1 = Vector256.Load(y1 + 8);
        for (nint k = 0; k < depth; k++, w += wStride)
        {
            var left = Vector256.Load(w);
            var right = Vector256.Load(w + 8);
            var xk = Vector256.Create(x0[k]);
            a0 = Vector256.FusedMultiplyAdd(xk, left, a0);
            b0 = Vector256.FusedMultiplyAdd(xk, right, b0);
            xk = Vector256.Create(x1[k]);
            a1 = Vector256.FusedMultiplyAdd(xk, left, a1);
            b1 = Vector256.FusedMultiplyAdd(xk, right, b1);
        }

        a0.Store(y0);
        b0.Store(y0 + 8);
        a1.Store(y1);
        b1.Store(y1 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(float* w, nint wStride, int depth, float* x, float* y)
    {
        Vector256<float> a = Vector256.Load(y), b = Vector256.Load(y + 8);
        for (nint k = 0; k < depth; k++, w += wStride)
        {
            var xk = Vector256.Create(x[k]);
            a = Vector256.FusedMultiplyAdd(xk, Vector256.Load(w), a);
            b = Vector256.FusedMultiplyAdd(xk, Vector256.Load(w + 8), b);
        }

        a.Store(y);
        b.Store(y + 8);
    }
}
