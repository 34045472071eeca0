using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// Products with panels of codes. One row takes the codes as they come from memory; more rows share a stretch of values
/// that was made of the codes once, by the same arithmetic: a row's bits are the same either way.
/// </summary>
internal static unsafe class QuantizedProduct
{
    /// <summary>Panels of a chunk are a multiple of this: so many sums hide the latency of an addition.</summary>
    public const int PanelsTogether = 4;

    /// <summary>Rows of two panels whose values exist at one time: 32 KiB, which the first-level cache keeps.</summary>
    private const int Stretch = 256;

    /// <summary>Y (rows, columns first .. last - 1) of <paramref name="product"/>.</summary>
    public static void Run(in PanelProduct product, int first, int last)
    {
        var column = first;
        const int four = PanelsTogether * Panels.Width;
        for (; product.Rows == 1 && Vector512.IsHardwareAccelerated && column + four <= last; column += four)
        {
            OneRow(product, column);
        }

        const int two = 2 * Panels.Width;
        for (; column < last; column += two)
        {
            ManyRows(product, column, Math.Min(two, last - column));
        }
    }

    private static void OneRow(in PanelProduct product, int column)
    {
        var y = product.Y + column;
        var panels = PanelAt(product, column);
        if (product.Kind == PanelKind.Int8)
        {
            Int8Panel.FourOfOneRow(panels, product.In, product.X, y);
            Scale(product, column, PanelsTogether * Panels.Width);
            return;
        }

        if (product.Bias == null)
        {
            new Span<float>(y, PanelsTogether * Panels.Width).Clear();
        }
        else
        {
            new ReadOnlySpan<float>(product.Bias + column, PanelsTogether * Panels.Width).CopyTo(new Span<float>(y, PanelsTogether * Panels.Width));
        }

        Int4Panel.FourOfOneRow(panels, product.In, product.X, y);
    }

    [SkipLocalsInit]
    private static void ManyRows(in PanelProduct product, int column, int columns)
    {
        var values = stackalloc float[2 * Stretch * Panels.Width];
        var isInt8 = product.Kind == PanelKind.Int8;
        for (var k = 0; k < product.In; k += Stretch)
        {
            var depth = Math.Min(Stretch, product.In - k);
            for (var at = 0; at * Panels.Width < columns; at++)
            {
                var panel = PanelAt(product, column + at * Panels.Width);
                var to = values + at * depth * Panels.Width;
                if (isInt8)
                {
                    Int8Panel.Read(panel, k, depth, to);
                }
                else
                {
                    Int4Panel.Read(panel, k, depth, to);
                }
            }

            var bias = isInt8 || product.Bias == null ? null : product.Bias + column;
            Panels.Multiply(
                values,
                (nint)depth * Panels.Width,
                Panels.Width,
                depth,
                product.X + k,
                product.In,
                product.Rows,
                product.Y + column,
                product.Out,
                columns,
                k > 0 ? Start.Sum : bias == null ? Start.Zero : Start.Bias,
                bias);
        }

        if (isInt8)
        {
            Scale(product, column, columns);
        }
    }

    /// <summary>y = scale x the sum over the codes, plus the bias; rounded once.</summary>
    private static void Scale(in PanelProduct product, int column, int columns)
    {
        for (var row = 0; row < product.Rows; row++)
        {
            var y = product.Y + (nint)row * product.Out + column;
            for (var at = 0; at < columns; at++)
            {
                var scale = Int8Panel.Scales(PanelAt(product, column + at))[at % Panels.Width];
                y[at] = product.Bias == null ? y[at] * scale : MathF.FusedMultiplyAdd(y[at], scale, product.Bias[column + at]);
            }
        }
    }

    private static byte* PanelAt(in PanelProduct product, int column) => product.Panels + column / Panels.Width * PanelBytes(product.Kind, product.In);

    /// <summary>Bytes of a panel.</summary>
    public static nint PanelBytes(PanelKind kind, int @in) => kind switch
    {
        PanelKind.Int8 => Int8Panel.Bytes(@in),
        PanelKind.Int4 => Int4Panel.Bytes(@in),
        _ => (nint)@in * Panels.Width * sizeof(float),
    };
}
