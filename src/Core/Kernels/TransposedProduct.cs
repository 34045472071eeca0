using System.Runtime.CompilerServices;

namespace CoLA.Core.Kernels;

/// <summary>
/// Y = X W^T for a matrix W (in, out) in panels: the gradient of a product's input. A chunk is some columns of Y, which are
/// rows of W; stretches of them are transposed on their way, so that no second copy of the matrix is needed. Eight rows of
/// X at a time, which the first-level cache keeps, meet all columns of the chunk.
/// </summary>
internal unsafe struct TransposedProduct : IProductJob
{
    /// <summary>Columns that are computed together.</summary>
    private const int Two = 2 * Kernels.Panels.Width;

    /// <summary>Columns of a chunk at most.</summary>
    private const int MostColumns = 3 * Two;

    /// <summary>Outputs that are transposed at one time: 192 KiB for the most columns, which the second-level cache keeps.</summary>
    private const int Stretch = 512;

    /// <summary>Rows of X at a time.</summary>
    private const int Strip = 8;

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

    /// <summary>Columns of a chunk for a product with <paramref name="in"/>: as many as may be, yet some chunks for each thread.</summary>
    public static int ChunkOf(int @in, int threads) => Math.Clamp(@in / (threads * 3) / Two * Two, Two, MostColumns);

    public readonly Rectangle RectangleOf(int chunk) => new(0, Rows, chunk * ColumnsPerChunk, Math.Min((chunk + 1) * ColumnsPerChunk, In));

    [SkipLocalsInit]
    public readonly void Run(int chunk)
    {
        var part = RectangleOf(chunk);
        int first = part.Column, columns = part.ColumnEnd - first;
        var room = stackalloc float[Stretch * MostColumns + Kernels.Panels.Slack];
        var stretch = Kernels.Panels.Aligned(room);
        for (var k = 0; k < Out; k += Stretch)
        {
            var depth = Math.Min(Stretch, Out - k);
            Transpose(first, columns, k, depth, stretch);
            for (var row = 0; row < Rows; row += Strip)
            {
                Kernels.Panels.Multiply(
                    stretch,
                    (nint)depth * Kernels.Panels.Width,
                    Kernels.Panels.Width,
                    depth,
                    X + (nint)row * Out + k,
                    Out,
                    Math.Min(Strip, Rows - row),
                    Y + (nint)row * In + first,
                    In,
                    columns,
                    k == 0 ? Start.Zero : Start.Sum,
                    null);
            }
        }
    }

    /// <summary>Rows first .. first + columns - 1 of W's columns k .. k + depth - 1, as panels (depth, 16).</summary>
    private readonly void Transpose(int first, int columns, int k, int depth, float* to)
    {
        var values = stackalloc float[MostColumns * Kernels.Panels.Width];
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
