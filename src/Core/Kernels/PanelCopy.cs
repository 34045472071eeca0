using System.Runtime.CompilerServices;

namespace CoLA.Core.Kernels;

/// <summary>Copies a matrix from its panels to a dense (in, out) buffer, for products that run on libtorch. A chunk is a panel.</summary>
internal unsafe struct PanelCopy : IKernelJob
{
    public PanelKind Kind;
    public byte* Panels;
    public int In;
    public int Out;

    /// <summary>(in, out), contiguous; written.</summary>
    public float* To;

    /// <summary>Copies column <paramref name="column"/> of a matrix to <paramref name="to"/> (in).</summary>
    public static void Column(PanelKind kind, byte* panels, int @in, int column, float* to)
    {
        var panel = panels + column / Kernels.Panels.Width * QuantizedProduct.PanelBytes(kind, @in);
        column %= Kernels.Panels.Width;
        for (var k = 0; k < @in; k++)
        {
            to[k] = kind switch
            {
                PanelKind.Int8 => Int8Panel.Value(panel, k, column),
                PanelKind.Int4 => Int4Panel.Value(panel, k, column),
                _ => ((float*)panel)[(nint)k * Kernels.Panels.Width + column],
            };
        }
    }

    /// <summary>Writes one column (in) into float32 panels; zeros where <paramref name="from"/> is null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void WriteColumn(float* panels, int @in, int column, float* from)
    {
        var panel = panels + (long)(column / Kernels.Panels.Width) * @in * Kernels.Panels.Width;
        for (var k = 0; k < @in; k++)
        {
            panel[(long)k * Kernels.Panels.Width + column % Kernels.Panels.Width] = from == null ? 0 : from[k];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        var first = chunk * Kernels.Panels.Width;
        var columns = Math.Min(Kernels.Panels.Width, Out - first);
        var panel = Panels + chunk * QuantizedProduct.PanelBytes(Kind, In);
        var values = stackalloc float[Int4Panel.Group * Kernels.Panels.Width];
        for (var k = 0; k < In; k += Int4Panel.Group)
        {
            var depth = Math.Min(Int4Panel.Group, In - k);
            var from = Values(Kind, panel, k, depth, values);
            for (var at = 0; at < depth; at++)
            {
                new ReadOnlySpan<float>(from + at * Kernels.Panels.Width, columns).CopyTo(new Span<float>(To + (nint)(k + at) * Out + first, columns));
            }
        }
    }

    /// <summary>
    /// Rows k .. k + depth - 1 of a panel as floats (depth, 16): in place for <see cref="PanelKind.Float"/>, otherwise
    /// dequantised into <paramref name="buffer"/>. For <see cref="PanelKind.Int4"/> both numbers are multiples of a group.
    /// </summary>
    public static float* Values(PanelKind kind, byte* panel, int k, int depth, float* buffer)
    {
        switch (kind)
        {
            case PanelKind.Int4:
                Int4Panel.Read(panel, k, depth, buffer);
                return buffer;
            case PanelKind.Int8:
                Int8Panel.Read(panel, k, depth, buffer);
                for (var at = 0; at < depth * Kernels.Panels.Width; at++)
                {
                    buffer[at] *= Int8Panel.Scales(panel)[at % Kernels.Panels.Width];
                }

                return buffer;
            default:
                return (float*)panel + (nint)k * Kernels.Panels.Width;
        }
    }
}
