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
        var panel = (float*)panels + (long)(column / Kernels.Panels.Width) * @in * Kernels.Panels.Width;
        for (var k = 0; k < @in; k++)
        {
            to[k] = panel[(long)k * Kernels.Panels.Width + column % Kernels.Panels.Width];
        }
    }

    /// <summary>Puts one column (in) into panels of float32; zeros for null.</summary>
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
        var panel = (float*)Panels + (long)first * In;
        var to = To + first;
        for (var k = 0; k < In; k++, panel += Kernels.Panels.Width, to += Out)
        {
            new ReadOnlySpan<float>(panel, columns).CopyTo(new Span<float>(to, columns));
        }
    }
}
