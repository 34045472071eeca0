using System.Runtime.InteropServices;
using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>
/// A matrix on the CPU in the layout that the kernels read: panels of 16 columns, each (in, 16), one after the other. A
/// product with one row streams the matrix from memory from beginning to end; with many rows the panels come from the
/// cache. With few rows libtorch's product does neither. See docs/decisions/0007-own-kernels-on-the-cpu.md for measurements.
/// </summary>
internal abstract unsafe class PanelMatrix : FrozenMatrix
{
    /// <summary>Bytes of a cache line, and of two AVX2 vectors.</summary>
    private const int Alignment = 64;

    private readonly KernelTeam _team;
    private readonly long _bytes;
    private byte* _panels;

    protected PanelMatrix(PanelKind kind, int @in, int @out, KernelTeam team)
        : base(@in, @out)
    {
        _team = team;
        Kind = kind;
        PanelCount = (@out + Panels.Width - 1) / Panels.Width;
        _bytes = PanelCount * QuantizedProduct.PanelBytes(kind, @in);
        _panels = (byte*)NativeMemory.AlignedAlloc((nuint)_bytes, Alignment);
    }

    public sealed override long Bytes => _bytes;

    /// <summary>How the values are stored.</summary>
    public PanelKind Kind { get; }

    /// <summary>The number of panels: out / 16, rounded up.</summary>
    public int PanelCount { get; }

    /// <summary>The first panel, in the layout of <see cref="Kind"/>.</summary>
    protected byte* Start => _panels;

    /// <summary>A job that computes y = x W + bias for <paramref name="rows"/> rows.</summary>
    /// <param name="x">(rows, in), contiguous.</param>
    /// <param name="rows">At least 1.</param>
    /// <param name="bias">(out); null for none.</param>
    /// <param name="y">(rows, out), contiguous; written.</param>
    public PanelProduct Product(float* x, int rows, float* bias, float* y) => new()
    {
        Kind = Kind,
        PanelStride = (nint)In * Panels.Width,
        RowStride = Panels.Width,
        Panels = _panels,
        X = x,
        Rows = rows,
        In = In,
        Out = Out,
        Bias = bias,
        Y = y,
        YStride = Out,
        PanelsPerChunk = PanelProduct.ChunkOf(Kind, PanelCount, _team.Threads),
    };

    public sealed override Tensor Multiply(Tensor input, Tensor? bias = null) =>
        input.requires_grad && is_grad_enabled() ? FrozenProduct.apply(input, this, bias!) : Product(input, bias);

    public sealed override Tensor ToDense()
    {
        var dense = empty(In, Out, float32, CPU);
        var job = new PanelCopy { Kind = Kind, Panels = _panels, In = In, Out = Out, To = dense.Floats() };
        _team.Run(ref job, PanelCount);
        return dense;
    }

    public sealed override Tensor Columns(Tensor ids)
    {
        var columns = ids.data<long>();
        var rows = empty(ids.shape[0], In, float32, CPU);
        var to = rows.Floats();
        foreach (var id in columns)
        {
            ReadColumn((int)id, to);
            to += In;
        }

        return rows;
    }

    /// <summary>Copies column <paramref name="column"/> to <paramref name="to"/> (in).</summary>
    public void ReadColumn(int column, float* to) => PanelCopy.Column(Kind, _panels, In, column, to);

    public sealed override void Dispose()
    {
        NativeMemory.AlignedFree(_panels);
        _panels = null;
    }

    /// <summary>The product on the kernels' threads, without a node in the autograd graph; the caller waits for it.</summary>
    internal Tensor Product(Tensor input, Tensor? bias)
    {
        using var rows = input.contiguous();
        var output = empty(input.shape[0], Out, float32, CPU);
        var job = Product(rows.Floats(), (int)input.shape[0], bias is null ? null : bias.Floats(), output.Floats());
        _team.Run(ref job, job.Chunks);
        return output;
    }

    /// <summary><paramref name="gradient"/> (tokens, out) times the transposed matrix: (tokens, in), the gradient of a product's input.</summary>
    internal Tensor ProductTransposed(Tensor gradient)
    {
        using var rows = gradient.contiguous();
        var input = empty(gradient.shape[0], In, float32, CPU);
        var job = ProductTransposed(rows.Floats(), (int)gradient.shape[0], input.Floats());
        _team.Run(ref job, job.Chunks);
        return input;
    }

    /// <summary>
    /// A job that computes <paramref name="y"/> (rows, in) = <paramref name="x"/> (rows, out) times the transposed matrix,
    /// for <paramref name="rows"/> rows.
    /// </summary>
    public TransposedProduct ProductTransposed(float* x, int rows, float* y) =>
        new() { Kind = Kind, Panels = _panels, X = x, Rows = rows, In = In, Out = Out, Y = y, ColumnsPerChunk = TransposedProduct.ChunkOf(In, _team.Threads) };
}
