using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CoLA.Core.Kernels;

/// <summary>
/// Y = X W for a matrix W in panels. One row is bound by memory and reads the panels as a stream; more rows are bound by
/// arithmetic and take each stretch of a panel from the cache. A chunk is some neighbouring panels. A row's result does not
/// depend on which chunk or thread makes it.
/// </summary>
internal unsafe struct PanelProduct : IKernelJob
{
    /// <summary>Rows of a panel that are multiplied at one time: 48 KiB of float32, which the second-level cache keeps.</summary>
    private const int Stretch = 768;

    public PanelKind Kind;

    public byte* Panels;

    /// <summary>(rows, in), contiguous.</summary>
    public float* X;
    public int Rows;
    public int In;
    public int Out;

    /// <summary>(out), or null.</summary>
    public float* Bias;

    /// <summary>(rows, out), contiguous.</summary>
    public float* Y;

    public int PanelsPerChunk;
    public nint RowStride;
    public static PanelProduct OfRowMajor(float* w, int @in, int columns, float* x, int rows, float* y) => new() { Panels = (byte*)w, In = @in, Out = columns, X = x, Rows = rows, Y = y, PanelsPerChunk = 1, RowStride = columns };


    public readonly int Chunks => ((Out + Kernels.Panels.Width - 1) / Kernels.Panels.Width + PanelsPerChunk - 1) / PanelsPerChunk;

    /// <summary>Panels of a chunk: so many chunks that the threads end together, so few that taking them costs nothing.</summary>
    public static int ChunkOf(int panels, int threads) => Math.Max(1, panels / (threads * 8));

    public readonly void Run(int chunk)
    {
        var last = Math.Min((chunk + 1) * PanelsPerChunk * Kernels.Panels.Width, Out);
        var column = chunk * PanelsPerChunk * Kernels.Panels.Width;
        for (; Rows == 1 && RowStride == Kernels.Panels.Width && column + 2 * Kernels.Panels.Width <= last; column += 2 * Kernels.Panels.Width)
        {
            var panel = (float*)Panels + (nint)column * In;
            TwoOfOneRow(panel, panel + (nint)In * Kernels.Panels.Width, In, X, Bias == null ? null : Bias + column, Y + column);
        }

        for (; column < last; column += Kernels.Panels.Width)
        {
            Panel(column, Math.Min(Kernels.Panels.Width, Out - column));
        }
    }

    private readonly void Panel(int column, int columns)
    {
        var panel = (float*)Panels + (RowStride == Kernels.Panels.Width ? (nint)column * In : column);
        var bias = Bias == null ? null : Bias + column;
        // Stretches of one length, so that none is a short rest.
        var stretches = (In + Stretch - 1) / Stretch;
        var depth = (In + stretches - 1) / stretches;
        for (var k = 0; k < In; k += depth)
        {
            Kernels.Panels.Multiply(
                panel + (nint)k * RowStride,
                RowStride,
                Math.Min(depth, In - k),
                X + k,
                In,
                Rows,
                Y + column,
                Out,
                columns,
                k > 0 ? Start.Sum : bias == null ? Start.Zero : Start.Bias,
                bias);
        }
    }

    /// <summary>Two panels side by side, so that no sum waits for its own last addition; in the order that many rows have too.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TwoOfOneRow(float* w, float* v, int depth, float* x, float* bias, float* y)
    {
        Vector256<float> a = default, b = default, c = default, d = default;
        if (bias != null)
        {
            (a, b, c, d) = (Vector256.Load(bias), Vector256.Load(bias + 8), Vector256.Load(bias + 16), Vector256.Load(bias + 24));
        }

        for (nint k = 0; k < depth; k++, w += Kernels.Panels.Width, v += Kernels.Panels.Width)
        {
            // Two KiB ahead: past the end of a panel is the next one.
            Sse.Prefetch0(w + 512);
            Sse.Prefetch0(v + 512);
            var xk = Vector256.Create(x[k]);
            a = Vector256.FusedMultiplyAdd(xk, Vector256.Load(w), a);
            b = Vector256.FusedMultiplyAdd(xk, Vector256.Load(w + 8), b);
            c = Vector256.FusedMultiplyAdd(xk, Vector256.Load(v), c);
            d = Vector256.FusedMultiplyAdd(xk, Vector256.Load(v + 8), d);
        }

        a.Store(y);
        b.Store(y + 8);
        c.Store(y + 16);
        d.Store(y + 24);
    }
}
