using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>The matrices of a pool version or of a task version: one flat float32 buffer and views into it.</summary>
internal sealed class FlatMatrices : IDisposable
{
    public FlatMatrices(MatrixLayout layout, Tensor flat)
    {
        Layout = layout;
        Flat = flat;
    }

    public MatrixLayout Layout { get; }

    /// <summary>(Layout.Length), float32</summary>
    public Tensor Flat { get; }

    public long Bytes => Flat.NumberOfElements * Flat.ElementSize;

    public static FlatMatrices Zeros(MatrixLayout layout, Device device) =>
        new(layout, zeros(layout.Length, float32, device).DetachFromDisposeScope());

    /// <summary>A view of one target's matrices; the caller disposes it.</summary>
    public Tensor View(MatrixSlot slot) => Flat.narrow(0, slot.Offset, slot.Length).view(slot.Shape);

    /// <summary>A view (rows, in) of all A matrices of a site; the caller disposes it.</summary>
    public Tensor View(SiteSlot slot, long width) => Flat.narrow(0, slot.Offset, slot.Length).view(-1, width);

    /// <summary>
    /// The same in host memory, to be read by another thread: on the CPU the same memory, which lives as long as anybody
    /// holds it, but follows whoever writes into it.
    /// </summary>
    public FlatMatrices OnHost()
    {
        using var noGrad = no_grad();
        using var values = Flat.detach();
        return new(Layout, values.cpu().DetachFromDisposeScope());
    }

    /// <summary>The address of <paramref name="length"/> elements from <paramref name="offset"/> on, in the CPU's memory; valid while the matrices live.</summary>
    public unsafe float* At(long offset, long length) => At(Flat, offset, length);

    /// <inheritdoc cref="At(long, long)"/>
    public static unsafe float* At(Tensor flat, long offset, long length)
    {
        using var view = flat.narrow(0, offset, length);
        return view.Floats();
    }

    public void Dispose() => Flat.Dispose();
}
