namespace CoLA.Core.Kernels;

/// <summary>
/// Y = X W for a matrix W in panels, or one that is read as it lies. One row is bound by memory and reads W as a stream;
/// more rows are bound by arithmetic and take each stretch of two panels from the cache. A chunk is some neighbouring
/// panels for some neighbouring rows. A row's result does not depend on which chunk or thread makes it.
/// </summary>
internal unsafe struct PanelProduct : IProductJob
{
    /// <summary>Rows of two panels that are multiplied at one time: 96 KiB of float32, which the second-level cache keeps.</summary>
    private const int Stretch = 768;

    /// <summary>Rows of a chunk at most: 384 KiB of a stretch of x, which the second-level cache keeps for all of the chunk's panels.</summary>
    private const int Block = 128;

    public PanelKind Kind;

    public byte* Panels;

    /// <summary>From one panel to the next, in values.</summary>
    public nint PanelStride;

    /// <summary>From one row of W to the next, in values.</summary>
    public nint RowStride;

    /// <summary>(rows, in), contiguous.</summary>
    public float* X;
    public int Rows;
    public int In;
    public int Out;

    /// <summary>(out), or null.</summary>
    public float* Bias;

    /// <summary>(rows, out), rows <see cref="YStride"/> apart.</summary>
    public float* Y;
    public nint YStride;

    public int PanelsPerChunk;

    public readonly float* Result => Y;

    public readonly int Chunks => Blocks * PanelChunks;

    private readonly int PanelChunks => ((Out + Kernels.Panels.Width - 1) / Kernels.Panels.Width + PanelsPerChunk - 1) / PanelsPerChunk;

    /// <summary>Codes are made floats once for all rows.</summary>
    private readonly int Blocks => Kind == PanelKind.Float ? (Rows + Block - 1) / Block : 1;

    /// <summary>The product with a matrix (in, out) of float32 that is read as it lies.</summary>
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
    /// Panels of a chunk, a multiple of those that are computed together: so many chunks that the threads end together, so
    /// few that taking them costs nothing.
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
        var blocks = Blocks;
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

        // Stretches of one length, so that none is a short rest.
        var stretches = Rows == 1 ? 1 : (In + Stretch - 1) / Stretch;
        var depth = (In + stretches - 1) / stretches;
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
