using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CoLA.Core.Kernels;

/// <summary>
/// The inner product of matrix kernels, over sixteen columns of a matrix at a time. They lie as a panel, (depth, 16)
/// contiguous with zeros where the matrix has fewer, or as part of a matrix that is read as it lies. Each element of y is
/// one chain of fused multiplications and additions in the order of k, whatever is computed beside it and by which vectors.
/// </summary>
internal static unsafe class Panels
{
    public const int Width = 16;

    /// <summary>What room on the stack has over for <see cref="Aligned"/>.</summary>
    public const int Slack = Alignment / sizeof(float);

    /// <summary>A cache line, and the width of a vector register: a vector across two lines is read twice.</summary>
    private const int Alignment = 64;

    /// <summary>Rows of a ragged last panel that are padded at one time.</summary>
    private const int EdgeDepth = 64;

    /// <summary>Two panels' columns.</summary>
    private static ReadOnlySpan<float> Zeros => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Columns of whole panels.</summary>
    public static int Padded(int columns) => (columns + Width - 1) / Width * Width;

    /// <summary>The first place in <paramref name="room"/> where a cache line begins; the system aligns the stack to a quarter of one.</summary>
    public static float* Aligned(float* room) => (float*)(((nuint)room + Alignment - 1) / Alignment * Alignment);

    /// <summary>y (rows, columns) = start + x (rows, depth) w (depth, columns).</summary>
    /// <param name="w">The first row of the first panel.</param>
    /// <param name="panelStride">From one panel to the next: depth x 16 of a matrix in panels, 16 of one that is read as it lies.</param>
    /// <param name="rowStride">From one row of w to the next: 16 in panels.</param>
    /// <param name="depth">What is summed over.</param>
    /// <param name="x">Rows <paramref name="xStride"/> apart.</param>
    /// <param name="xStride">From one row of x to the next.</param>
    /// <param name="rows">Of x and y.</param>
    /// <param name="y">Rows <paramref name="yStride"/> apart.</param>
    /// <param name="yStride">From one row of y to the next.</param>
    /// <param name="columns">Any number; of the last panel no more than is asked for is read or written.</param>
    /// <param name="start">What the sums begin with.</param>
    /// <param name="bias">(columns), for <see cref="Start.Bias"/>.</param>
    public static void Multiply(
        float* w,
        nint panelStride,
        nint rowStride,
        int depth,
        float* x,
        nint xStride,
        int rows,
        float* y,
        nint yStride,
        int columns,
        Start start,
        float* bias)
    {
        for (; WideTiles.IsSupported && columns >= 2 * Width; columns -= 2 * Width, w += 2 * panelStride, y += 2 * Width, bias += 2 * Width)
        {
            // Sums begin in registers: what they begin with need not be written first.
            var from = start switch { Start.Sum => y, Start.Bias => bias, _ => (float*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Zeros)) };
            WideTiles.AddTwo(w, panelStride, rowStride, depth, x, xStride, rows, from, start == Start.Sum ? yStride : 0, y, yStride);
        }

        Begin(y, yStride, rows, columns, start, bias);
        for (; columns >= Width; columns -= Width, w += panelStride, y += Width)
        {
            Add(w, rowStride, depth, x, xStride, rows, y, yStride);
        }

        if (columns > 0)
        {
            AddEdge(w, rowStride, depth, x, xStride, rows, y, yStride, columns);
        }
    }

    private static void Begin(float* y, nint yStride, int rows, int columns, Start start, float* bias)
    {
        for (var row = 0; start != Start.Sum && columns > 0 && row < rows; row++, y += yStride)
        {
            if (start == Start.Zero)
            {
                new Span<float>(y, columns).Clear();
            }
            else
            {
                new ReadOnlySpan<float>(bias, columns).CopyTo(new Span<float>(y, columns));
            }
        }
    }

    private static void Add(float* w, nint rowStride, int depth, float* x, nint xStride, int rows, float* y, nint yStride)
    {
        if (WideTiles.IsSupported)
        {
            WideTiles.AddOne(w, rowStride, depth, x, xStride, rows, y, yStride, y, yStride);
        }
        else
        {
            NarrowTiles.AddOne(w, rowStride, depth, x, xStride, rows, y, yStride);
        }
    }

    /// <summary>Fewer than sixteen columns, through a padded copy of w's and of y's: neither is touched beyond them.</summary>
    private static void AddEdge(float* w, nint rowStride, int depth, float* x, nint xStride, int rows, float* y, nint yStride, int columns)
    {
        const int Rows = 8;
        var room = stackalloc float[(EdgeDepth + Rows) * Width + Slack];
        var panel = Aligned(room);
        var sums = panel + EdgeDepth * Width;
        new Span<float>(sums, Rows * Width).Clear();
        for (var k = 0; k < depth; k += EdgeDepth)
        {
            var count = Math.Min(EdgeDepth, depth - k);
            for (var at = 0; at < count; at++)
            {
                var padded = new Span<float>(panel + at * Width, Width);
                padded.Clear();
                new ReadOnlySpan<float>(w + (k + at) * rowStride, columns).CopyTo(padded);
            }

            for (var row = 0; row < rows; row += Rows)
            {
                var tile = Math.Min(Rows, rows - row);
                Copy(y + row * yStride, yStride, sums, Width, tile, columns);
                Add(panel, Width, count, x + row * xStride + k, xStride, tile, sums, Width);
                Copy(sums, Width, y + row * yStride, yStride, tile, columns);
            }
        }
    }

    private static void Copy(float* from, nint fromStride, float* to, nint toStride, int rows, int columns)
    {
        for (var row = 0; row < rows; row++)
        {
            new ReadOnlySpan<float>(from + row * fromStride, columns).CopyTo(new Span<float>(to + row * toStride, columns));
        }
    }
}
