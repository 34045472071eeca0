namespace CoLA.Core.Kernels;

/// <summary>Rows that are computed one by one, in chunks that are long beside the taking of one.</summary>
internal static class RowChunks
{
    private const int Rows = 8;

    public static int Count(int rows) => (rows + Rows - 1) / Rows;

    /// <summary>The first row of a chunk, and the row behind its last.</summary>
    public static (int First, int End) Of(int chunk, int rows) => (chunk * Rows, Math.Min((chunk + 1) * Rows, rows));
}
