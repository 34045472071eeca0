using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>The matrices of a pool version or of a task version: one flat float32 buffer, and views of it.</summary>
internal sealed class FlatMatrices : IDisposable
{
    public FlatMatrices(MatrixLayout layout, Tensor flat)
    {
        Layout = layout;
        Flat = flat;
    }

    /// <summary>Which part of the buffer each matrix has.</summary>
    public MatrixLayout Layout { get; }

    /// <summary>The buffer, (Layout.Length), float32.</summary>
    public Tensor Flat { get; }

    public long Bytes => Flat.NumberOfElements * Flat.ElementSize;

    /// <summary>Matrices of this layout, all zero; the caller disposes them.</summary>
    public static FlatMatrices Zeros(MatrixLayout layout, Device device) =>
        new(layout, zeros(layout.Length, float32, device).DetachFromDisposeScope());

    /// <summary>A view of one target's matrices; the caller disposes it.</summary>
    public Tensor View(MatrixSlot slot) => Flat.narrow(0, slot.Offset, slot.Length).view(slot.Shape);

    /// <summary>A view (rows, <paramref name="width"/>) of all A matrices of a site, stacked; the caller disposes it.</summary>
    public Tensor View(ProjectionSlot slot, long width) => Flat.narrow(0, slot.Offset, slot.Length).view(-1, width);

    /// <summary>
    /// The matrices in host memory, for reading on another thread; the caller disposes them. Where the device is the CPU this
    /// shares the memory: it stays valid until both are disposed, and later writes are visible in both.
    /// </summary>
    public FlatMatrices OnHost()
    {
        using var noGrad = no_grad();
        using var values = Flat.detach();
        return new(Layout, values.cpu().DetachFromDisposeScope());
    }

    /// <summary>
    /// A pointer to <paramref name="length"/> elements from <paramref name="offset"/> on, for matrices on the CPU; valid until
    /// the matrices are disposed.
    /// </summary>
    public unsafe float* At(long offset, long length) => At(Flat, offset, length);

    /// <inheritdoc cref="At(long, long)"/>
    public static unsafe float* At(Tensor flat, long offset, long length)
    {
        using var view = flat.narrow(0, offset, length);
        return view.Floats();
    }

    public void Dispose() => Flat.Dispose();
}
