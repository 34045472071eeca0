using CoLA.Core.Kernels;

namespace CoLA.Core.Training.Sites;

/// <summary>Buffers that the sites of a micro-batch share; each site overwrites them.</summary>
internal sealed class SiteBuffers : IDisposable
{
    /// <summary>The A matrices of a site, the rows of every target padded to whole panels: (columns, in).</summary>
    public NativeBuffer<float> A { get; } = new();

    /// <summary>The same matrices in panels (in, 16).</summary>
    public NativeBuffer<float> Panels { get; } = new();

    /// <summary>Folded heads (rank, out) of every task at every target, one after another.</summary>
    public NativeBuffer<float> Folded { get; } = new();

    /// <summary>The same heads in panels (out, 16).</summary>
    public NativeBuffer<float> FoldedPanels { get; } = new();

    /// <summary>The gradient of the projected input: (tokens, columns).</summary>
    public NativeBuffer<float> Projected { get; } = new();

    /// <summary>The projected input transposed: (columns, tokens).</summary>
    public NativeBuffer<float> Transposed { get; } = new();

    /// <summary>The gradient of the projected input, transposed: (columns, tokens).</summary>
    public NativeBuffer<float> TransposedGradient { get; } = new();

    /// <summary>Gradients of the folded heads.</summary>
    public NativeBuffer<float> Gradients { get; } = new();

    public void Dispose()
    {
        NativeBuffer<float>[] all = [A, Panels, Folded, FoldedPanels, Projected, Transposed, TransposedGradient, Gradients];
        Array.ForEach(all, buffer => buffer.Dispose());
    }
}
