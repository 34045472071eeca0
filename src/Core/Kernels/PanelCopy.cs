using System.Runtime.CompilerServices;

namespace CoLA.Core.Kernels;

/// <summary>Takes a matrix out of its panels, (in, out), for products that the kernels are not made for; a chunk is a panel.</summary>
internal unsafe struct PanelCopy : IKernelJob
{
    public PanelKind Kind;
    public byte* Panels;
    public int In;
    public int Out;

    /// <summary>(in, out), contiguous.</summary>
    public float* To;

    /// <summary>Copies one column to <paramref name="to"/> (in).</summary>
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

    /// <summary>Puts one column (in) into panels of float32; zeros for null.</summary>
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
    /// Rows k .. k + depth - 1 of a panel, (depth, 16): where they are, or made from their codes at <paramref name="room"/>.
    /// Of <see cref="PanelKind.Int4"/>, whole groups.
    /// </summary>
    public static float* Values(PanelKind kind, byte* panel, int k, int depth, float* room)
    {
        switch (kind)
        {
            case PanelKind.Int4:
                Int4Panel.Read(panel, k, depth, room);
                return room;
            case PanelKind.Int8:
                Int8Panel.Read(panel, k, depth, room);
                for (var at = 0; at < depth * Kernels.Panels.Width; at++)
                {
                    room[at] *= Int8Panel.Scales(panel)[at % Kernels.Panels.Width];
                }

                return room;
            default:
                return (float*)panel + (nint)k * Kernels.Panels.Width;
        }
    }
}
