namespace CoLA.Core.Kernels;

/// <summary>
/// Y = X W for a matrix W in panels or in row-major order. One row is bound by memory bandwidth and streams W once. More rows are
/// bound by arithmetic and read each depth block of two panels from the cache. A chunk is some neighbouring panels for some
/// neighbouring rows. The result of a row does not depend on the chunk or the thread that computes it.
/// </summary>
internal unsafe struct PanelProduct : IProductJob
{
    /// <summary>Rows of two panels that are multiplied at a time: 96 KiB of float32, which fits the second-level cache.</summary>
    private const int DepthBlock = 768;

    /// <summary>
    /// The maximum number of rows per chunk: a depth block of x then takes 384 KiB, which stays in the second-level cache
    /// for all panels of the chunk.
    /// </summary>
    private const int RowBlock = 128;

    public PanelKind Kind;

    public byte* Panels;

    /// <summary>Values from one panel of W to the next.</summary>
    public nint PanelStride;

    /// <summary>Values from one row of W to the next.</summary>
    public nint RowStride;

    /// <summary>(rows, in), contiguous.</summary>
    public float* X;
    public int Rows;
    public int In;
    public int Out;

    /// <summary>(out); null for a product without a bias.</summary>
    public float* Bias;

    /// <summary>(rows, out), rows <see cref="YStride"/> apart.</summary>
    public float* Y;
    public nint YStride;

    public int PanelsPerChunk;

    public readonly float* Result => Y;

    public readonly int Chunks => RowBlocks * PanelChunks;

    private readonly int PanelChunks => ((Out + Kernels.Panels.Width - 1) / Kernels.Panels.Width + PanelsPerChunk - 1) / PanelsPerChunk;

    /// <summary>One for quantised panels: their codes are dequantised once for all rows.</summary>
    private readonly int RowBlocks => Kind == PanelKind.Float ? (Rows + RowBlock - 1) / RowBlock : 1;

    /// <summary>The product with a row-major float32 matrix (in, out).</summary>
    public static PanelProduct OfRowMajor(float* w, int @in, int @out, float* x, int rows, float* y, int yStride) => new()
    {
        Panels = (byte*)w,
        PanelStride = Kernels.Panels.Width,
        RowStride = @out,
        X = x,
        Rows = rows,
        In = @in,
        Out = @out,
        Y = y,
        YStride = yStride,
        PanelsPerChunk = 2,
    };

    /// <summary>
    /// Panels per chunk, a multiple of the panels that are computed together. There are enough chunks for the threads to finish at
    /// about the same time, and few enough that taking them costs little.
    /// </summary>
    public static int ChunkOf(PanelKind kind, int panels, int threads)
    {
        var together = kind == PanelKind.Float ? 2 : QuantizedProduct.PanelsTogether;
        return Math.Max(together, (panels / (threads * 8) + together - 1) / together * together);
    }

    public readonly void Run(int chunk)
    {
        var part = RectangleOf(chunk);
        if (Kind == PanelKind.Float)
        {
            Run(part);
        }
        else
        {
            QuantizedProduct.Run(this, part.Column, part.ColumnEnd);
        }
    }

    public readonly Rectangle RectangleOf(int chunk)
    {
        var (block, place) = Math.DivRem(chunk, PanelChunks);
        var blocks = RowBlocks;
        var column = place * PanelsPerChunk * Kernels.Panels.Width;
        return new Rectangle(
            (int)((long)Rows * block / blocks),
            (int)((long)Rows * (block + 1) / blocks),
            column,
            Math.Min(column + PanelsPerChunk * Kernels.Panels.Width, Out));
    }

    private readonly void Run(Rectangle part)
    {
        const int two = 2 * Kernels.Panels.Width;
        var x = X + (nint)part.Row * In;
        var y = Y + part.Row * YStride;

        // Depth blocks of equal length, so that the last one is not short.
        var depthBlocks = Rows == 1 ? 1 : (In + DepthBlock - 1) / DepthBlock;
        var depth = (In + depthBlocks - 1) / depthBlocks;
        for (var k = 0; k < In; k += depth)
        {
            for (var column = part.Column; column < part.ColumnEnd; column += two)
            {
                Kernels.Panels.Multiply(
                    (float*)Panels + column / Kernels.Panels.Width * PanelStride + k * RowStride,
                    PanelStride,
                    RowStride,
                    Math.Min(depth, In - k),
                    x + k,
                    In,
                    part.RowEnd - part.Row,
                    y + column,
                    YStride,
                    Math.Min(two, part.ColumnEnd - column),
                    k > 0 ? Start.Sum : Bias == null ? Start.Zero : Start.Bias,
                    Bias == null ? null : Bias + column);
            }
        }
    }
}
