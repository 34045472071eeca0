namespace CoLA.Core.Kernels;

/// <summary>silu(gate) x up of rows that have their adapters already. Chunks are <see cref="RowChunks"/>.</summary>
internal unsafe struct GateRowsJob : IKernelJob
{
    /// <summary>(rows, gate and up, width each)</summary>
    public float* Joined;

    /// <summary>(rows, width)</summary>
    public float* Gated;
    public int Rows;
    public int Width;

    public readonly void Run(int chunk)
    {
        var (row, end) = RowChunks.Of(chunk, Rows);
        for (; row < end; row++)
        {
            var gate = Joined + 2 * (nint)row * Width;
            GateJob.Multiply(gate, gate + Width, Gated + (nint)row * Width, Width);
        }
    }
}
