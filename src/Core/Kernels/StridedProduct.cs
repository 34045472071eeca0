namespace CoLA.Core.Kernels;

/// <summary>
/// Y = X W, or Y += X W, of a part of each: rows and columns that lie wherever they lie. For the thin products of adapters,
/// with chunks over rows and columns of Y both. An element is the same sum in the same order whatever the chunks.
/// </summary>
internal unsafe struct StridedProduct : IKernelJob
{
    private const int RowsOfAChunk = 128;
    private const int ColumnsOfAChunk = 4 * Panels.Width;

    /// <summary>(depth, columns): row-major, or in panels.</summary>
    public float* W;

    /// <summary>From sixteen columns of W to the next, in values.</summary>
    public nint PanelStride;

    /// <summary>From one row of W to the next, in values.</summary>
    public nint RowStride;
    public int Depth;

    /// <summary>(rows, depth)</summary>
    public float* X;
    public nint XStride;
    public int Rows;

    /// <summary>(rows, columns)</summary>
    public float* Y;
    public nint YStride;
    public int Columns;

    /// <summary><see cref="Start.Zero"/> or <see cref="Start.Sum"/>.</summary>
    public Start Start;

    public readonly int Chunks => RowChunks * ColumnChunks;

    private readonly int RowChunks => (Rows + RowsOfAChunk - 1) / RowsOfAChunk;

    private readonly int ColumnChunks => (Columns + ColumnsOfAChunk - 1) / ColumnsOfAChunk;

    /// <summary>With a matrix (depth, columns) that is read as it lies, rows <paramref name="stride"/> apart.</summary>
    public static StridedProduct OfRowMajor(float* w, nint stride, int depth, int columns) =>
        new() { W = w, PanelStride = Panels.Width, RowStride = stride, Depth = depth, Columns = columns };

    /// <summary>With a matrix in panels (depth, 16).</summary>
    public static StridedProduct OfPanels(float* w, int depth, int columns) =>
        new() { W = w, PanelStride = (nint)depth * Panels.Width, RowStride = Panels.Width, Depth = depth, Columns = columns };

    /// <summary>The same of <paramref name="rows"/> rows of <paramref name="x"/> into <paramref name="y"/>.</summary>
    public readonly StridedProduct Of(float* x, nint xStride, int rows, float* y, nint yStride, Start start) =>
        this with { X = x, XStride = xStride, Rows = rows, Y = y, YStride = yStride, Start = start };

    public readonly void Run(int chunk)
    {
        var row = chunk % RowChunks * RowsOfAChunk;
        var column = chunk / RowChunks * ColumnsOfAChunk;
        Run(new Rectangle(row, Math.Min(row + RowsOfAChunk, Rows), column, Math.Min(column + ColumnsOfAChunk, Columns)));
    }

    /// <summary>What of Y lies within a rectangle of the matrix at <paramref name="result"/>, whose rows are as far apart; W is read as it lies.</summary>
    public readonly void RunWithin(float* result, Rectangle rectangle)
    {
        int row = (int)((Y - result) / YStride), column = (int)((Y - result) % YStride);
        var part = new Rectangle(rectangle.Row - row, rectangle.RowEnd - row, rectangle.Column - column, rectangle.ColumnEnd - column)
            .And(new Rectangle(0, Rows, 0, Columns));
        if (part.Row < part.RowEnd && part.Column < part.ColumnEnd)
        {
            Run(part);
        }
    }

    /// <summary>A rectangle of Y; of W in panels, from a panel's first column on.</summary>
    private readonly void Run(Rectangle part) => Panels.Multiply(
        W + part.Column / Panels.Width * PanelStride + part.Column % Panels.Width,
        PanelStride,
        RowStride,
        Depth,
        X + part.Row * XStride,
        XStride,
        part.RowEnd - part.Row,
        Y + part.Row * YStride + part.Column,
        YStride,
        part.ColumnEnd - part.Column,
        Start,
        null);
}
