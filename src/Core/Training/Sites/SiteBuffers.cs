using CoLA.Core.Kernels;

namespace CoLA.Core.Training.Sites;

/// <summary>Memory that the sites of a batch share: each overwrites it.</summary>
internal sealed class SiteBuffers : IDisposable
{
    /// <summary>The A's of a site, every target's rows padded to whole panels: (columns, in).</summary>
    public NativeBuffer<float> A { get; } = new();

    /// <summary>The same in panels (in, 16).</summary>
    public NativeBuffer<float> Panels { get; } = new();

    /// <summary>Folded heads, part after part: (rank, out).</summary>
    public NativeBuffer<float> Folded { get; } = new();

    /// <summary>The same in panels (out, 16).</summary>
    public NativeBuffer<float> FoldedPanels { get; } = new();

    /// <summary>Gradient of the projected input: (tokens, columns).</summary>
    public NativeBuffer<float> Projected { get; } = new();

    /// <summary>The projected input transposed: (columns, tokens).</summary>
    public NativeBuffer<float> Transposed { get; } = new();

    /// <summary>Its gradient transposed: (columns, tokens).</summary>
    public NativeBuffer<float> TransposedGradient { get; } = new();

    /// <summary>Gradients of folded heads, and of the sum of the A's.</summary>
    public NativeBuffer<float> Gradients { get; } = new();

    public void Dispose()
    {
        NativeBuffer<float>[] all = [A, Panels, Folded, FoldedPanels, Projected, Transposed, TransposedGradient, Gradients];
        Array.ForEach(all, buffer => buffer.Dispose());
    }
}
