using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CoLA.Core.Kernels;

/// <summary>
/// The innermost matrix product, for 16 columns of a matrix at a time. The columns are a panel, contiguous (depth, 16) and
/// padded with zeros, or part of a row-major matrix. Each element of y is one chain of fused multiply-adds in the order of
/// k; it depends neither on the elements computed with it nor on the width of the vectors.
/// </summary>
internal static unsafe class Panels
{
    /// <summary>Columns of a panel.</summary>
    public const int Width = 16;

    /// <summary>Extra floats that a buffer on the stack needs for <see cref="Aligned"/>.</summary>
    public const int Slack = Alignment / sizeof(float);

    /// <summary>Bytes of a cache line and of an AVX-512 vector: a vector that crosses a line is read twice.</summary>
    private const int Alignment = 64;

    /// <summary>Rows of an incomplete last panel that are padded at a time.</summary>
    private const int EdgeDepth = 64;

    /// <summary>Zeros for the columns of two panels.</summary>
    private static ReadOnlySpan<float> Zeros => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary><paramref name="columns"/> rounded up to whole panels.</summary>
    public static int Padded(int columns) => (columns + Width - 1) / Width * Width;

    /// <summary>The first start of a cache line in <paramref name="buffer"/>. The stack itself is aligned to 16 bytes only.</summary>
    public static float* Aligned(float* buffer) => (float*)(((nuint)buffer + Alignment - 1) / Alignment * Alignment);

    /// <summary>y (rows, columns) = start + x (rows, depth) w (depth, columns). Strides are in elements.</summary>
    /// <param name="w">The first row of the first panel.</param>
    /// <param name="panelStride">From one panel of w to the next: depth x 16 for a matrix in panels, 16 for a row-major matrix.</param>
    /// <param name="rowStride">From one row of w to the next: 16 in panels.</param>
    /// <param name="depth">The length of the sums.</param>
    /// <param name="x">Rows <paramref name="xStride"/> apart.</param>
    /// <param name="xStride">From one row of x to the next.</param>
    /// <param name="rows">Rows of x and y.</param>
    /// <param name="y">Rows <paramref name="yStride"/> apart.</param>
    /// <param name="yStride">From one row of y to the next.</param>
    /// <param name="columns">Any number; columns of the last panel beyond it are neither read nor written.</param>
    /// <param name="start">The value that the sums begin with.</param>
    /// <param name="bias">(columns), for <see cref="Start.Bias"/> only.</param>
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
            // The sums start in registers, so y need not hold their start values first.
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

    /// <summary>Fewer than 16 columns: computes on padded copies of w and y, so that memory beyond the columns is not touched.</summary>
    private static void AddEdge(float* w, nint rowStride, int depth, float* x, nint xStride, int rows, float* y, nint yStride, int columns)
    {
        const int Rows = 8;
        var buffer = stackalloc float[(EdgeDepth + Rows) * Width + Slack];
        var panel = Aligned(buffer);
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
