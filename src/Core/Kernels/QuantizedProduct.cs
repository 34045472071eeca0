using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// Products with quantised panels. A single row converts the codes while it reads them; several rows share codes that are
/// converted to floats once. Both ways sum in the same order, so the result of a row has the same bits in a batch of any size.
/// </summary>
internal static unsafe class QuantizedProduct
{
    /// <summary>The panels of a chunk are a multiple of this number: this many independent sums hide the latency of an addition.</summary>
    public const int PanelsTogether = 4;

    private const int FourColumns = PanelsTogether * Panels.Width;
    private const int TwoColumns = 2 * Panels.Width;

    /// <summary>Rows of two panels that are converted at a time: 8 KiB of floats, which leaves buffer for x in the first-level cache.</summary>
    private const int DepthBlock = 64;

    /// <summary>Bytes of a panel with <paramref name="in"/> rows.</summary>
    public static nint PanelBytes(PanelKind kind, int @in) => kind switch
    {
        PanelKind.Int8 => Int8Panel.Bytes(@in),
        PanelKind.Int4 => Int4Panel.Bytes(@in),
        _ => (nint)@in * Panels.Width * sizeof(float),
    };

    /// <summary>Computes columns first .. last - 1 of Y of <paramref name="product"/>, for all its rows.</summary>
    public static void Run(in PanelProduct product, int first, int last)
    {
        Begin(product, first, last - first);
        var column = first;
        for (; product.Rows == 1 && Vector512.IsHardwareAccelerated && column + FourColumns <= last; column += FourColumns)
        {
            var y = product.Y + column;
            if (product.Kind == PanelKind.Int8)
            {
                Int8Panel.AddFourOfOneRow(PanelAt(product, column), product.In, product.X, y);
            }
            else
            {
                Int4Panel.AddFourOfOneRow(PanelAt(product, column), product.In, product.X, y);
            }
        }

        for (; column < last; column += TwoColumns)
        {
            ManyRows(product, column, Math.Min(TwoColumns, last - column));
        }

        if (product.Kind == PanelKind.Int8)
        {
            Scale(product, first, last - first);
        }
    }

    [SkipLocalsInit]
    private static void ManyRows(in PanelProduct product, int column, int columns)
    {
        var buffer = stackalloc float[2 * DepthBlock * Panels.Width + Panels.Slack];
        var values = Panels.Aligned(buffer);
        for (var k = 0; k < product.In; k += DepthBlock)
        {
            var depth = Math.Min(DepthBlock, product.In - k);
            for (var at = 0; at < columns; at += Panels.Width)
            {
                var panel = PanelAt(product, column + at);
                if (product.Kind == PanelKind.Int8)
                {
                    Int8Panel.Read(panel, k, depth, values + at * depth);
                }
                else
                {
                    Int4Panel.Read(panel, k, depth, values + at * depth);
                }
            }

            Panels.Multiply(
                values,
                (nint)depth * Panels.Width,
                Panels.Width,
                depth,
                product.X + k,
                product.In,
                product.Rows,
                product.Y + column,
                product.YStride,
                columns,
                Start.Sum,
                null);
        }
    }

    /// <summary>Sets y to the bias, or to zeros where there is none or where <see cref="Scale"/> adds it at the end.</summary>
    private static void Begin(in PanelProduct product, int column, int columns)
    {
        for (var row = 0; row < product.Rows; row++)
        {
            var y = new Span<float>(product.Y + (nint)row * product.YStride + column, columns);
            if (product.Bias == null || product.Kind == PanelKind.Int8)
            {
                y.Clear();
            }
            else
            {
                new ReadOnlySpan<float>(product.Bias + column, columns).CopyTo(y);
            }
        }
    }

    /// <summary>y = scale x y + bias, rounded once; y holds the sums over the codes.</summary>
    private static void Scale(in PanelProduct product, int column, int columns)
    {
        for (var row = 0; row < product.Rows; row++)
        {
            var y = product.Y + (nint)row * product.YStride + column;
            for (var panel = 0; panel < columns; panel += Panels.Width)
            {
                var scales = Int8Panel.Scales(PanelAt(product, column + panel));
                var last = Math.Min(Panels.Width, columns - panel);
                for (var at = 0; at < last; at++)
                {
                    var sum = y[panel + at];
                    y[panel + at] = product.Bias == null ? sum * scales[at] : MathF.FusedMultiplyAdd(sum, scales[at], product.Bias[column + panel + at]);
                }
            }
        }
    }

    private static byte* PanelAt(in PanelProduct product, int column) => product.Panels + column / Panels.Width * PanelBytes(product.Kind, product.In);
}
