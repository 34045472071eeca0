using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CoLA.Core.Kernels;

/// <summary>Transposes a matrix, in blocks of eight by eight in registers.</summary>
internal static unsafe class Transposition
{
    private const int Block = 8;

    /// <summary>to (columns, rows) = from (rows, columns) transposed.</summary>
    /// <param name="from">Rows <paramref name="fromStride"/> apart.</param>
    /// <param name="fromStride">Values from one row to the next.</param>
    /// <param name="rows">Rows of <paramref name="from"/>.</param>
    /// <param name="columns">Columns of <paramref name="from"/>.</param>
    /// <param name="to">Rows <paramref name="toStride"/> apart.</param>
    /// <param name="toStride">Values from one row to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(float* from, nint fromStride, int rows, int columns, float* to, nint toStride)
    {
        var row = 0;
        for (; row + Block <= rows; row += Block)
        {
            var column = 0;
            for (; column + Block <= columns; column += Block)
            {
                Eight(from + row * fromStride + column, fromStride, to + column * toStride + row, toStride);
            }

            CopyRemainder(from, fromStride, row, row + Block, column, columns, to, toStride);
        }

        CopyRemainder(from, fromStride, row, rows, 0, columns, to, toStride);
    }

    private static void CopyRemainder(float* from, nint fromStride, int row, int rows, int firstColumn, int columns, float* to, nint toStride)
    {
        for (; row < rows; row++)
        {
            for (var column = firstColumn; column < columns; column++)
            {
                to[column * toStride + row] = from[row * fromStride + column];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Eight(float* from, nint fromStride, float* to, nint toStride)
    {
        Vector256<float> r0 = Vector256.Load(from), r1 = Vector256.Load(from + fromStride);
        Vector256<float> r2 = Vector256.Load(from + 2 * fromStride), r3 = Vector256.Load(from + 3 * fromStride);
        Vector256<float> r4 = Vector256.Load(from + 4 * fromStride), r5 = Vector256.Load(from + 5 * fromStride);
        Vector256<float> r6 = Vector256.Load(from + 6 * fromStride), r7 = Vector256.Load(from + 7 * fromStride);
        Vector256<float> t0 = Avx.UnpackLow(r0, r1), t1 = Avx.UnpackHigh(r0, r1), t2 = Avx.UnpackLow(r2, r3), t3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> t4 = Avx.UnpackLow(r4, r5), t5 = Avx.UnpackHigh(r4, r5), t6 = Avx.UnpackLow(r6, r7), t7 = Avx.UnpackHigh(r6, r7);
        const byte low = 0b01_00_01_00;
        const byte high = 0b11_10_11_10;
        r0 = Avx.Shuffle(t0, t2, low);
        r1 = Avx.Shuffle(t0, t2, high);
        r2 = Avx.Shuffle(t1, t3, low);
        r3 = Avx.Shuffle(t1, t3, high);
        r4 = Avx.Shuffle(t4, t6, low);
        r5 = Avx.Shuffle(t4, t6, high);
        r6 = Avx.Shuffle(t5, t7, low);
        r7 = Avx.Shuffle(t5, t7, high);
        const byte lowHalves = 0x20;
        const byte highHalves = 0x31;
        Avx.Permute2x128(r0, r4, lowHalves).Store(to);
        Avx.Permute2x128(r1, r5, lowHalves).Store(to + toStride);
        Avx.Permute2x128(r2, r6, lowHalves).Store(to + 2 * toStride);
        Avx.Permute2x128(r3, r7, lowHalves).Store(to + 3 * toStride);
        Avx.Permute2x128(r0, r4, highHalves).Store(to + 4 * toStride);
        Avx.Permute2x128(r1, r5, highHalves).Store(to + 5 * toStride);
        Avx.Permute2x128(r2, r6, highHalves).Store(to + 6 * toStride);
        Avx.Permute2x128(r3, r7, highHalves).Store(to + 7 * toStride);
    }
}
