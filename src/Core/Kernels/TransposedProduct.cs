using System.Runtime.CompilerServices;

namespace CoLA.Core.Kernels;

/// <summary>
/// Y = X W^T for a matrix W (in, out) in panels: the gradient of a product's input. A chunk is some columns of Y, which are
/// rows of W. They are transposed block by block into a buffer, so no second copy of the matrix is needed. Eight rows of X
/// at a time, which fit the first-level cache, are multiplied with all columns of the chunk.
/// </summary>
internal unsafe struct TransposedProduct : IProductJob
{
    /// <summary>Columns that are computed together.</summary>
    private const int Two = 2 * Kernels.Panels.Width;

    /// <summary>The maximum number of columns per chunk.</summary>
    private const int MaximumColumns = 3 * Two;

    /// <summary>Outputs that are transposed at a time: at most 192 KiB, which fits the second-level cache.</summary>
    private const int DepthBlock = 512;

    /// <summary>Rows of X that are multiplied at a time.</summary>
    private const int RowBlock = 8;

    public PanelKind Kind;

    public byte* Panels;

    /// <summary>(rows, out), contiguous.</summary>
    public float* X;
    public int Rows;
    public int In;
    public int Out;

    /// <summary>(rows, in), contiguous; overwritten.</summary>
    public float* Y;

    public int ColumnsPerChunk;

    public readonly float* Result => Y;

    public readonly int Chunks => (In + ColumnsPerChunk - 1) / ColumnsPerChunk;

    /// <summary>Columns per chunk for a matrix with <paramref name="in"/> rows: as many as possible, with about three chunks for each thread.</summary>
    public static int ChunkOf(int @in, int threads) => Math.Clamp(@in / (threads * 3) / Two * Two, Two, MaximumColumns);

    public readonly Rectangle RectangleOf(int chunk) => new(0, Rows, chunk * ColumnsPerChunk, Math.Min((chunk + 1) * ColumnsPerChunk, In));

    [SkipLocalsInit]
    public readonly void Run(int chunk)
    {
        var part = RectangleOf(chunk);
        int first = part.Column, columns = part.ColumnEnd - first;
        var buffer = stackalloc float[DepthBlock * MaximumColumns + Kernels.Panels.Slack];
        var transposed = Kernels.Panels.Aligned(buffer);
        for (var k = 0; k < Out; k += DepthBlock)
        {
            var depth = Math.Min(DepthBlock, Out - k);
            Transpose(first, columns, k, depth, transposed);
            for (var row = 0; row < Rows; row += RowBlock)
            {
                Kernels.Panels.Multiply(
                    transposed,
                    (nint)depth * Kernels.Panels.Width,
                    Kernels.Panels.Width,
                    depth,
                    X + (nint)row * Out + k,
                    Out,
                    Math.Min(RowBlock, Rows - row),
                    Y + (nint)row * In + first,
                    In,
                    columns,
                    k == 0 ? Start.Zero : Start.Sum,
                    null);
            }
        }
    }

    /// <summary>Writes rows first .. first + columns - 1 and columns k .. k + depth - 1 of W, transposed, as panels (depth, 16).</summary>
    private readonly void Transpose(int first, int columns, int k, int depth, float* to)
    {
        var values = stackalloc float[MaximumColumns * Kernels.Panels.Width];
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
