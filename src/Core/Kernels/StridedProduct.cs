namespace CoLA.Core.Kernels;

/// <summary>
/// Y = X W or Y += X W, where each matrix may be a part of a larger one (strided). For the thin products of adapters. A
/// chunk is a block of rows and columns of Y; the order of each sum does not depend on the chunks.
/// </summary>
internal unsafe struct StridedProduct : IKernelJob
{
    private const int RowsPerChunk = 128;
    private const int ColumnsPerChunk = 4 * Panels.Width;

    /// <summary>(depth, columns), row-major or in panels.</summary>
    public float* W;

    /// <summary>Values from 16 columns of W to the next 16.</summary>
    public nint PanelStride;

    /// <summary>Values from one row of W to the next.</summary>
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

    private readonly int RowChunks => (Rows + RowsPerChunk - 1) / RowsPerChunk;

    private readonly int ColumnChunks => (Columns + ColumnsPerChunk - 1) / ColumnsPerChunk;

    /// <summary>A product with a row-major matrix (depth, columns) whose rows are <paramref name="stride"/> values apart.</summary>
    public static StridedProduct OfRowMajor(float* w, nint stride, int depth, int columns) =>
        new() { W = w, PanelStride = Panels.Width, RowStride = stride, Depth = depth, Columns = columns };

    /// <summary>A product with a matrix in panels (depth, 16).</summary>
    public static StridedProduct OfPanels(float* w, int depth, int columns) =>
        new() { W = w, PanelStride = (nint)depth * Panels.Width, RowStride = Panels.Width, Depth = depth, Columns = columns };

    /// <summary>The product of <paramref name="rows"/> rows of <paramref name="x"/> with the same matrix, into <paramref name="y"/>.</summary>
    public readonly StridedProduct Of(float* x, nint xStride, int rows, float* y, nint yStride, Start start) =>
        this with { X = x, XStride = xStride, Rows = rows, Y = y, YStride = yStride, Start = start };

    public readonly void Run(int chunk)
    {
        var row = chunk % RowChunks * RowsPerChunk;
        var column = chunk / RowChunks * ColumnsPerChunk;
        Run(new Rectangle(row, Math.Min(row + RowsPerChunk, Rows), column, Math.Min(column + ColumnsPerChunk, Columns)));
    }

    /// <summary>
    /// Computes the part of Y within a rectangle of a larger matrix. Y is a part of the matrix at <paramref name="result"/>
    /// and has its row stride; W is row-major.
    /// </summary>
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

    /// <summary>Computes a rectangle of Y. Where W is in panels, the rectangle begins at the first column of a panel.</summary>
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
