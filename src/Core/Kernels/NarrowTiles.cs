using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// y += x w with AVX2 vectors, one panel at a time, in tiles of six, four, two and one rows. The counterpart of
/// <see cref="WideTiles"/> for processors without AVX-512.
/// </summary>
internal static unsafe class NarrowTiles
{
    /// <summary>One panel: y (rows, 16).</summary>
    public static void AddOne(float* w, nint rowStride, int depth, float* x, nint xStride, int rows, float* y, nint yStride)
    {
        for (; rows >= 6; rows -= 6, x += 6 * xStride, y += 6 * yStride)
        {
            SixRows(w, rowStride, depth, x, xStride, y, yStride);
        }

        if (rows >= 4)
        {
            FourRows(w, rowStride, depth, x, xStride, y, yStride);
            rows -= 4;
            x += 4 * xStride;
            y += 4 * yStride;
        }

        if (rows >= 2)
        {
            TwoRows(w, rowStride, depth, x, xStride, y, yStride);
            rows -= 2;
            x += 2 * xStride;
            y += 2 * yStride;
        }

        if (rows == 1)
        {
            OneRow(w, rowStride, depth, x, xStride, y, yStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SixRows(float* w, nint rowStride, int depth, float* x, nint xStride, float* y, nint yStride)
    {
        var x3 = x + 3 * xStride;
        float* y1 = y + yStride, y2 = y1 + yStride, y3 = y2 + yStride, y4 = y3 + yStride, y5 = y4 + yStride;
        Vector256<float> a0 = Vector256.Load(y), b0 = Vector256.Load(y + 8);
        Vector256<float> a1 = Vector256.Load(y1), b1 = Vector256.Load(y1 + 8);
        Vector256<float> a2 = Vector256.Load(y2), b2 = Vector256.Load(y2 + 8);
        Vector256<float> a3 = Vector256.Load(y3), b3 = Vector256.Load(y3 + 8);
        Vector256<float> a4 = Vector256.Load(y4), b4 = Vector256.Load(y4 + 8);
        Vector256<float> a5 = Vector256.Load(y5), b5 = Vector256.Load(y5 + 8);
        for (nint k = 0; k < depth; k++)
        {
            var left = Vector256.Load(w);
            var right = Vector256.Load(w + 8);
            var xk = Vector256.Create(*x);
            a0 = Vector256.FusedMultiplyAdd(xk, left, a0);
            b0 = Vector256.FusedMultiplyAdd(xk, right, b0);
            xk = Vector256.Create(*(x + xStride));
            a1 = Vector256.FusedMultiplyAdd(xk, left, a1);
            b1 = Vector256.FusedMultiplyAdd(xk, right, b1);
            xk = Vector256.Create(*(x + 2 * xStride));
            a2 = Vector256.FusedMultiplyAdd(xk, left, a2);
            b2 = Vector256.FusedMultiplyAdd(xk, right, b2);
            xk = Vector256.Create(*x3);
            a3 = Vector256.FusedMultiplyAdd(xk, left, a3);
            b3 = Vector256.FusedMultiplyAdd(xk, right, b3);
            xk = Vector256.Create(*(x3 + xStride));
            a4 = Vector256.FusedMultiplyAdd(xk, left, a4);
            b4 = Vector256.FusedMultiplyAdd(xk, right, b4);
            xk = Vector256.Create(*(x3 + 2 * xStride));
            a5 = Vector256.FusedMultiplyAdd(xk, left, a5);
            b5 = Vector256.FusedMultiplyAdd(xk, right, b5);
            w += rowStride;
            x++;
            x3++;
        }

        a0.Store(y);
        b0.Store(y + 8);
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
    private static void FourRows(float* w, nint rowStride, int depth, float* x, nint xStride, float* y, nint yStride)
    {
        var x3 = x + 3 * xStride;
        float* y1 = y + yStride, y2 = y1 + yStride, y3 = y2 + yStride;
        Vector256<float> a0 = Vector256.Load(y), b0 = Vector256.Load(y + 8);
        Vector256<float> a1 = Vector256.Load(y1), b1 = Vector256.Load(y1 + 8);
        Vector256<float> a2 = Vector256.Load(y2), b2 = Vector256.Load(y2 + 8);
        Vector256<float> a3 = Vector256.Load(y3), b3 = Vector256.Load(y3 + 8);
        for (nint k = 0; k < depth; k++)
        {
            var left = Vector256.Load(w);
            var right = Vector256.Load(w + 8);
            var xk = Vector256.Create(*x);
            a0 = Vector256.FusedMultiplyAdd(xk, left, a0);
            b0 = Vector256.FusedMultiplyAdd(xk, right, b0);
            xk = Vector256.Create(*(x + xStride));
            a1 = Vector256.FusedMultiplyAdd(xk, left, a1);
            b1 = Vector256.FusedMultiplyAdd(xk, right, b1);
            xk = Vector256.Create(*(x + 2 * xStride));
            a2 = Vector256.FusedMultiplyAdd(xk, left, a2);
            b2 = Vector256.FusedMultiplyAdd(xk, right, b2);
            xk = Vector256.Create(*x3);
            a3 = Vector256.FusedMultiplyAdd(xk, left, a3);
            b3 = Vector256.FusedMultiplyAdd(xk, right, b3);
            w += rowStride;
            x++;
            x3++;
        }

        a0.Store(y);
        b0.Store(y + 8);
        a1.Store(y1);
        b1.Store(y1 + 8);
        a2.Store(y2);
        b2.Store(y2 + 8);
        a3.Store(y3);
        b3.Store(y3 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows(float* w, nint rowStride, int depth, float* x, nint xStride, float* y, nint yStride)
    {
        float* y1 = y + yStride;
        Vector256<float> a0 = Vector256.Load(y), b0 = Vector256.Load(y + 8);
        Vector256<float> a1 = Vector256.Load(y1), b1 = Vector256.Load(y1 + 8);
        for (nint k = 0; k < depth; k++)
        {
            var left = Vector256.Load(w);
            var right = Vector256.Load(w + 8);
            var xk = Vector256.Create(*x);
            a0 = Vector256.FusedMultiplyAdd(xk, left, a0);
            b0 = Vector256.FusedMultiplyAdd(xk, right, b0);
            xk = Vector256.Create(*(x + xStride));
            a1 = Vector256.FusedMultiplyAdd(xk, left, a1);
            b1 = Vector256.FusedMultiplyAdd(xk, right, b1);
            w += rowStride;
            x++;
        }

        a0.Store(y);
        b0.Store(y + 8);
        a1.Store(y1);
        b1.Store(y1 + 8);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow(float* w, nint rowStride, int depth, float* x, nint xStride, float* y, nint yStride)
    {
        Vector256<float> a0 = Vector256.Load(y), b0 = Vector256.Load(y + 8);
        for (nint k = 0; k < depth; k++)
        {
            var left = Vector256.Load(w);
            var right = Vector256.Load(w + 8);
            var xk = Vector256.Create(*x);
            a0 = Vector256.FusedMultiplyAdd(xk, left, a0);
            b0 = Vector256.FusedMultiplyAdd(xk, right, b0);
            w += rowStride;
            x++;
        }

        a0.Store(y);
        b0.Store(y + 8);
    }
}
