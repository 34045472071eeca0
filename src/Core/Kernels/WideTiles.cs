using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// y = s + x w with AVX-512 vectors, where s holds the start values of the sums and is often y itself. Tiles are eight,
/// four, two or one rows by two panels or one. Eight rows by two panels keep 16 independent sums in registers, more than
/// enough to hide the latency of an addition.
/// </summary>
internal static unsafe class WideTiles
{
    public static bool IsSupported => Vector512.IsHardwareAccelerated;

    /// <summary>Two neighbouring panels: y (rows, 32).</summary>
    public static void AddTwo(
        float* w, nint panelStride, nint rowStride, int depth, float* x, nint xStride, int rows, float* s, nint sStride, float* y, nint yStride) =>
        Add<Two>(w, panelStride, rowStride, depth, x, xStride, rows, s, sStride, y, yStride);

    /// <summary>One panel: y (rows, 16).</summary>
    public static void AddOne(float* w, nint rowStride, int depth, float* x, nint xStride, int rows, float* s, nint sStride, float* y, nint yStride) =>
        Add<One>(w, 0, rowStride, depth, x, xStride, rows, s, sStride, y, yStride);

    private static void Add<TPanels>(
        float* w, nint panelStride, nint rowStride, int depth, float* x, nint xStride, int rows, float* s, nint sStride, float* y, nint yStride)
        where TPanels : struct
    {
        for (; rows >= 8; rows -= 8, x += 8 * xStride, s += 8 * sStride, y += 8 * yStride)
        {
            EightRows<TPanels>(w, panelStride, rowStride, depth, x, xStride, s, sStride, y, yStride);
        }

        if (rows >= 4)
        {
            FourRows<TPanels>(w, panelStride, rowStride, depth, x, xStride, s, sStride, y, yStride);
            rows -= 4;
            x += 4 * xStride;
            s += 4 * sStride;
            y += 4 * yStride;
        }

        if (rows >= 2)
        {
            TwoRows<TPanels>(w, panelStride, rowStride, depth, x, xStride, s, sStride, y, yStride);
            rows -= 2;
            x += 2 * xStride;
            s += 2 * sStride;
            y += 2 * yStride;
        }

        if (rows == 1)
        {
            OneRow<TPanels>(w, panelStride, rowStride, depth, x, xStride, s, sStride, y, yStride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EightRows<TPanels>(
        float* w, nint panelStride, nint rowStride, int depth, float* x, nint xStride, float* s, nint sStride, float* y, nint yStride)
        where TPanels : struct
    {
        var two = typeof(TPanels) == typeof(Two);
        var v = w + panelStride;
        var x3 = x + 3 * xStride;
        var x6 = x + 6 * xStride;
        float* y1 = y + yStride, y2 = y1 + yStride, y3 = y2 + yStride, y4 = y3 + yStride, y5 = y4 + yStride, y6 = y5 + yStride, y7 = y6 + yStride;
        Vector512<float> a0 = Vector512.Load(s), b0 = two ? Vector512.Load(s + 16) : default;
        Vector512<float> a1 = Vector512.Load(s + sStride), b1 = two ? Vector512.Load(s + sStride + 16) : default;
        Vector512<float> a2 = Vector512.Load(s + 2 * sStride), b2 = two ? Vector512.Load(s + 2 * sStride + 16) : default;
        Vector512<float> a3 = Vector512.Load(s + 3 * sStride), b3 = two ? Vector512.Load(s + 3 * sStride + 16) : default;
        Vector512<float> a4 = Vector512.Load(s + 4 * sStride), b4 = two ? Vector512.Load(s + 4 * sStride + 16) : default;
        Vector512<float> a5 = Vector512.Load(s + 5 * sStride), b5 = two ? Vector512.Load(s + 5 * sStride + 16) : default;
        Vector512<float> a6 = Vector512.Load(s + 6 * sStride), b6 = two ? Vector512.Load(s + 6 * sStride + 16) : default;
        Vector512<float> a7 = Vector512.Load(s + 7 * sStride), b7 = two ? Vector512.Load(s + 7 * sStride + 16) : default;
        for (nint k = 0; k < depth; k++)
        {
            var left = Vector512.Load(w);
            var right = two ? Vector512.Load(v) : default;
            var xk = Vector512.Create(*x);
            a0 = Vector512.FusedMultiplyAdd(xk, left, a0);
            b0 = two ? Vector512.FusedMultiplyAdd(xk, right, b0) : default;
            xk = Vector512.Create(*(x + xStride));
            a1 = Vector512.FusedMultiplyAdd(xk, left, a1);
            b1 = two ? Vector512.FusedMultiplyAdd(xk, right, b1) : default;
            xk = Vector512.Create(*(x + 2 * xStride));
            a2 = Vector512.FusedMultiplyAdd(xk, left, a2);
            b2 = two ? Vector512.FusedMultiplyAdd(xk, right, b2) : default;
            xk = Vector512.Create(*x3);
            a3 = Vector512.FusedMultiplyAdd(xk, left, a3);
            b3 = two ? Vector512.FusedMultiplyAdd(xk, right, b3) : default;
            xk = Vector512.Create(*(x3 + xStride));
            a4 = Vector512.FusedMultiplyAdd(xk, left, a4);
            b4 = two ? Vector512.FusedMultiplyAdd(xk, right, b4) : default;
            xk = Vector512.Create(*(x3 + 2 * xStride));
            a5 = Vector512.FusedMultiplyAdd(xk, left, a5);
            b5 = two ? Vector512.FusedMultiplyAdd(xk, right, b5) : default;
            xk = Vector512.Create(*x6);
            a6 = Vector512.FusedMultiplyAdd(xk, left, a6);
            b6 = two ? Vector512.FusedMultiplyAdd(xk, right, b6) : default;
            xk = Vector512.Create(*(x6 + xStride));
            a7 = Vector512.FusedMultiplyAdd(xk, left, a7);
            b7 = two ? Vector512.FusedMultiplyAdd(xk, right, b7) : default;
            w += rowStride;
            v += rowStride;
            x++;
            x3++;
            x6++;
        }

        a0.Store(y);
        a1.Store(y1);
        a2.Store(y2);
        a3.Store(y3);
        a4.Store(y4);
        a5.Store(y5);
        a6.Store(y6);
        a7.Store(y7);
        if (two)
        {
            b0.Store(y + 16);
            b1.Store(y1 + 16);
            b2.Store(y2 + 16);
            b3.Store(y3 + 16);
            b4.Store(y4 + 16);
            b5.Store(y5 + 16);
            b6.Store(y6 + 16);
            b7.Store(y7 + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FourRows<TPanels>(
        float* w, nint panelStride, nint rowStride, int depth, float* x, nint xStride, float* s, nint sStride, float* y, nint yStride)
        where TPanels : struct
    {
        var two = typeof(TPanels) == typeof(Two);
        var v = w + panelStride;
        var x3 = x + 3 * xStride;
        float* y1 = y + yStride, y2 = y1 + yStride, y3 = y2 + yStride;
        Vector512<float> a0 = Vector512.Load(s), b0 = two ? Vector512.Load(s + 16) : default;
        Vector512<float> a1 = Vector512.Load(s + sStride), b1 = two ? Vector512.Load(s + sStride + 16) : default;
        Vector512<float> a2 = Vector512.Load(s + 2 * sStride), b2 = two ? Vector512.Load(s + 2 * sStride + 16) : default;
        Vector512<float> a3 = Vector512.Load(s + 3 * sStride), b3 = two ? Vector512.Load(s + 3 * sStride + 16) : default;
        for (nint k = 0; k < depth; k++)
        {
            var left = Vector512.Load(w);
            var right = two ? Vector512.Load(v) : default;
            var xk = Vector512.Create(*x);
            a0 = Vector512.FusedMultiplyAdd(xk, left, a0);
            b0 = two ? Vector512.FusedMultiplyAdd(xk, right, b0) : default;
            xk = Vector512.Create(*(x + xStride));
            a1 = Vector512.FusedMultiplyAdd(xk, left, a1);
            b1 = two ? Vector512.FusedMultiplyAdd(xk, right, b1) : default;
            xk = Vector512.Create(*(x + 2 * xStride));
            a2 = Vector512.FusedMultiplyAdd(xk, left, a2);
            b2 = two ? Vector512.FusedMultiplyAdd(xk, right, b2) : default;
            xk = Vector512.Create(*x3);
            a3 = Vector512.FusedMultiplyAdd(xk, left, a3);
            b3 = two ? Vector512.FusedMultiplyAdd(xk, right, b3) : default;
            w += rowStride;
            v += rowStride;
            x++;
            x3++;
        }

        a0.Store(y);
        a1.Store(y1);
        a2.Store(y2);
        a3.Store(y3);
        if (two)
        {
            b0.Store(y + 16);
            b1.Store(y1 + 16);
            b2.Store(y2 + 16);
            b3.Store(y3 + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoRows<TPanels>(
        float* w, nint panelStride, nint rowStride, int depth, float* x, nint xStride, float* s, nint sStride, float* y, nint yStride)
        where TPanels : struct
    {
        var two = typeof(TPanels) == typeof(Two);
        var v = w + panelStride;
        float* y1 = y + yStride;
        Vector512<float> a0 = Vector512.Load(s), b0 = two ? Vector512.Load(s + 16) : default;
        Vector512<float> a1 = Vector512.Load(s + sStride), b1 = two ? Vector512.Load(s + sStride + 16) : default;
        for (nint k = 0; k < depth; k++)
        {
            var left = Vector512.Load(w);
            var right = two ? Vector512.Load(v) : default;
            var xk = Vector512.Create(*x);
            a0 = Vector512.FusedMultiplyAdd(xk, left, a0);
            b0 = two ? Vector512.FusedMultiplyAdd(xk, right, b0) : default;
            xk = Vector512.Create(*(x + xStride));
            a1 = Vector512.FusedMultiplyAdd(xk, left, a1);
            b1 = two ? Vector512.FusedMultiplyAdd(xk, right, b1) : default;
            w += rowStride;
            v += rowStride;
            x++;
        }

        a0.Store(y);
        a1.Store(y1);
        if (two)
        {
            b0.Store(y + 16);
            b1.Store(y1 + 16);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OneRow<TPanels>(
        float* w, nint panelStride, nint rowStride, int depth, float* x, nint xStride, float* s, nint sStride, float* y, nint yStride)
        where TPanels : struct
    {
        var two = typeof(TPanels) == typeof(Two);
        var v = w + panelStride;
        Vector512<float> a0 = Vector512.Load(s), b0 = two ? Vector512.Load(s + 16) : default;
        for (nint k = 0; k < depth; k++)
        {
            var left = Vector512.Load(w);
            var right = two ? Vector512.Load(v) : default;
            var xk = Vector512.Create(*x);
            a0 = Vector512.FusedMultiplyAdd(xk, left, a0);
            b0 = two ? Vector512.FusedMultiplyAdd(xk, right, b0) : default;
            w += rowStride;
            v += rowStride;
            x++;
        }

        a0.Store(y);
        if (two)
        {
            b0.Store(y + 16);
        }
    }

    private readonly struct One;

    private readonly struct Two;
}
