using System.Runtime.CompilerServices;

namespace CoLA.Core.Kernels;

/// <summary>
/// Y = X W^T for a matrix W (in, out) in panels: the gradient of a product's input. A chunk is 32 columns of Y, which are
/// rows of W; stretches of them are transposed on their way, so that no second copy of the matrix is needed.
/// </summary>
internal unsafe struct TransposedProduct : IKernelJob
{
    private const int Columns = 2 * Kernels.Panels.Width;

    /// <summary>Outputs that are transposed at one time: 64 KiB, which the second-level cache keeps.</summary>
    private const int Stretch = 512;

    public PanelKind Kind;

    public byte* Panels;

    /// <summary>(rows, out), contiguous.</summary>
    public float* X;
    public int Rows;
    public int In;
    public int Out;

    /// <summary>(rows, in), contiguous; overwritten.</summary>
    public float* Y;

    public readonly int Chunks => (In + Columns - 1) / Columns;

    [SkipLocalsInit]
    public readonly void Run(int chunk)
    {
        var first = chunk * Columns;
        var columns = Math.Min(Columns, In - first);
        var stretch = stackalloc float[Stretch * Columns];
        for (var k = 0; k < Out; k += Stretch)
        {
            var depth = Math.Min(Stretch, Out - k);
            Transpose(first, columns, k, depth, stretch);
            Kernels.Panels.Multiply(
                stretch,
                (nint)depth * Kernels.Panels.Width,
                Kernels.Panels.Width,
                depth,
                X + k,
                Out,
                Rows,
                Y + first,
                In,
                columns,
                k == 0 ? Start.Zero : Start.Sum,
                null);
        }
    }

    /// <summary>Rows first .. first + columns - 1 of W's columns k .. k + depth - 1, as panels (depth, 16).</summary>
    private readonly void Transpose(int first, int columns, int k, int depth, float* to)
    {
        var values = stackalloc float[Columns * Kernels.Panels.Width];
        for (var at = 0; at < depth; at += Kernels.Panels.Width)
        {
            var panel = Panels + (k + at) / Kernels.Panels.Width * QuantizedProduct.PanelBytes(Kind, In);
            var from = PanelCopy.Values(Kind, panel, first, columns, values);
            var outputs = Math.Min(Kernels.Panels.Width, depth - at);
            for (var half = 0; half < columns; half += Kernels.Panels.Width)
            {
                Transposition.Run(
                    from + half * Kernels.Panels.Width,
                    Kernels.Panels.Width,
                    Math.Min(Kernels.Panels.Width, columns - half),
                    outputs,
                    to + half * depth + at * Kernels.Panels.Width,
                    Kernels.Panels.Width);
            }
        }
    }
}
