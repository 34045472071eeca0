using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// One row times a row-major matrix, eight rows of the matrix at a time; bound by memory bandwidth. In decoding, each row
/// multiplies its own adapter heads this way, without a copy of them. Each element is one chain of fused multiply-adds in the
/// order of k, as in <see cref="Panels"/>.
/// </summary>
internal static unsafe class RowProduct
{
    private const int RowsTogether = 8;

    /// <summary>y (columns) += x (depth) w (depth, columns), with the rows of w <paramref name="stride"/> elements apart.</summary>
    public static void Add(float* y, float* x, float* w, int depth, nint stride, int columns)
    {
        for (; depth >= RowsTogether; depth -= RowsTogether, x += RowsTogether, w += RowsTogether * stride)
        {
            AddEight(y, x, w, stride, columns);
        }

        for (; depth > 0; depth--, x++, w += stride)
        {
            AddOne(y, *x, w, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddEight(float* y, float* x, float* w, nint stride, int columns)
    {
        float* w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride, w4 = w3 + stride, w5 = w4 + stride, w6 = w5 + stride, w7 = w6 + stride;
        var at = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<float> x0 = Vector512.Create(x[0]), x1 = Vector512.Create(x[1]), x2 = Vector512.Create(x[2]), x3 = Vector512.Create(x[3]);
            Vector512<float> x4 = Vector512.Create(x[4]), x5 = Vector512.Create(x[5]), x6 = Vector512.Create(x[6]), x7 = Vector512.Create(x[7]);
            for (; at + 16 <= columns; at += 16)
            {
                var sum = Vector512.FusedMultiplyAdd(x0, Vector512.Load(w + at), Vector512.Load(y + at));
                sum = Vector512.FusedMultiplyAdd(x1, Vector512.Load(w1 + at), sum);
                sum = Vector512.FusedMultiplyAdd(x2, Vector512.Load(w2 + at), sum);
                sum = Vector512.FusedMultiplyAdd(x3, Vector512.Load(w3 + at), sum);
                sum = Vector512.FusedMultiplyAdd(x4, Vector512.Load(w4 + at), sum);
                sum = Vector512.FusedMultiplyAdd(x5, Vector512.Load(w5 + at), sum);
                sum = Vector512.FusedMultiplyAdd(x6, Vector512.Load(w6 + at), sum);
                sum = Vector512.FusedMultiplyAdd(x7, Vector512.Load(w7 + at), sum);
                sum.Store(y + at);
            }
        }

        for (; at + 8 <= columns; at += 8)
        {
            var sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[0]), Vector256.Load(w + at), Vector256.Load(y + at));
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[1]), Vector256.Load(w1 + at), sum);
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[2]), Vector256.Load(w2 + at), sum);
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[3]), Vector256.Load(w3 + at), sum);
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[4]), Vector256.Load(w4 + at), sum);
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[5]), Vector256.Load(w5 + at), sum);
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[6]), Vector256.Load(w6 + at), sum);
            sum = Vector256.FusedMultiplyAdd(Vector256.Create(x[7]), Vector256.Load(w7 + at), sum);
            sum.Store(y + at);
        }

        for (; at < columns; at++)
        {
            for (var k = 0; k < RowsTogether; k++)
            {
                y[at] = MathF.FusedMultiplyAdd(x[k], w[k * stride + at], y[at]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddOne(float* y, float x, float* w, int columns)
    {
        var factor = Vector256.Create(x);
        var at = 0;
        for (; at + 8 <= columns; at += 8)
        {
            Vector256.FusedMultiplyAdd(factor, Vector256.Load(w + at), Vector256.Load(y + at)).Store(y + at);
        }

        for (; at < columns; at++)
        {
            y[at] = MathF.FusedMultiplyAdd(x, w[at], y[at]);
        }
    }
}
