namespace CoLA.Core.Kernels;

/// <summary>Chunks of eight rows, for jobs that compute row by row: enough work per chunk to make the cost of taking it small.</summary>
internal static class RowChunks
{
    private const int Rows = 8;

    /// <summary>The number of chunks.</summary>
    public static int Count(int rows) => (rows + Rows - 1) / Rows;

    /// <summary>The first row of a chunk, and one past its last row.</summary>
    public static (int First, int End) Of(int chunk, int rows) => (chunk * Rows, Math.Min((chunk + 1) * Rows, rows));
}
