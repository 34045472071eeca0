using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// One row times a matrix that is read as it lies, eight rows of it at a time: as fast as memory gives it. The heads of
/// decoding rows are multiplied so too, each row by its own, where they are.
/// </summary>
internal static unsafe class RowProduct
{
    /// <summary>y (columns) = bias (columns, or null) + x (depth) w (depth, columns), rows of w <paramref name="stride"/> apart.</summary>
    public static void Set(float* y, float* bias, float* x, float* w, int depth, nint stride, int columns)
    {
        if (bias == null)
        {
            new Span<float>(y, columns).Clear();
        }
        else
        {
            new ReadOnlySpan<float>(bias, columns).CopyTo(new Span<float>(y, columns));
        }

        Add(y, x, w, depth, stride, columns);
    }

    /// <summary>y (columns) += x (depth) w (depth, columns), rows of w <paramref name="stride"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* y, float* x, float* w, int depth, nint stride, int columns)
    {
        var k = 0;
        for (; k + 8 <= depth; k += 8, w += 8 * stride)
        {
            var x0 = Vector256.Create(x[k]);
            var x1 = Vector256.Create(x[k + 1]);
            var x2 = Vector256.Create(x[k + 2]);
            var x3 = Vector256.Create(x[k + 3]);
            var x4 = Vector256.Create(x[k + 4]);
            var x5 = Vector256.Create(x[k + 5]);
            var x6 = Vector256.Create(x[k + 6]);
            var x7 = Vector256.Create(x[k + 7]);
            float* w0 = w, w1 = w + stride, w2 = w1 + stride, w3 = w2 + stride, w4 = w3 + stride, w5 = w4 + stride, w6 = w5 + stride, w7 = w6 + stride;
            var at = 0;
            for (; at + 8 <= columns; at += 8)
            {
                var even = Vector256.FusedMultiplyAdd(x0, Vector256.Load(w0 + at), Vector256.Load(y + at));
                even = Vector256.FusedMultiplyAdd(x1, Vector256.Load(w1 + at), even);
                even = Vector256.FusedMultiplyAdd(x2, Vector256.Load(w2 + at), even);
                even = Vector256.FusedMultiplyAdd(x3, Vector256.Load(w3 + at), even);
                even = Vector256.FusedMultiplyAdd(x4, Vector256.Load(w4 + at), even);
                even = Vector256.FusedMultiplyAdd(x5, Vector256.Load(w5 + at), even);
                even = Vector256.FusedMultiplyAdd(x6, Vector256.Load(w6 + at), even);
                even = Vector256.FusedMultiplyAdd(x7, Vector256.Load(w7 + at), even);
                even.Store(y + at);
            }

            for (; at < columns; at++)
            {
                y[at] += x[k] * w0[at] + x[k + 1] * w1[at] + x[k + 2] * w2[at] + x[k + 3] * w3[at]
                    + x[k + 4] * w4[at] + x[k + 5] * w5[at] + x[k + 6] * w6[at] + x[k + 7] * w7[at];
            }
        }

        for (; k < depth; k++, w += stride)
        {
            var xk = Vector256.Create(x[k]);
            var at = 0;
            for (; at + 8 <= columns; at += 8)
            {
                Vector256.FusedMultiplyAdd(xk, Vector256.Load(w + at), Vector256.Load(y + at)).Store(y + at);
            }

            for (; at < columns; at++)
            {
                y[at] += x[k] * w[at];
            }
        }
    }
}
