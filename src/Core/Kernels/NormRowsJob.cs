namespace CoLA.Core.Kernels;

/// <summary>RMS norm (arXiv 1910.07467) of rows that stay as they are. Chunks are <see cref="RowChunks"/>.</summary>
internal unsafe struct NormRowsJob : IKernelJob
{
    /// <summary>(rows, width)</summary>
    public float* Features;

    /// <summary>(width)</summary>
    public float* Weight;

    /// <summary>(rows, width)</summary>
    public float* Normed;
    public int Rows;
    public int Width;
    public float Epsilon;

    public readonly void Run(int chunk)
    {
        var (row, end) = RowChunks.Of(chunk, Rows);
        for (; row < end; row++)
        {
            NormJob.Norm(Features + (nint)row * Width, Weight, Normed + (nint)row * Width, Width, Epsilon);
        }
    }
}
