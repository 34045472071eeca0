namespace CoLA.Core.Kernels;

/// <summary>The down-projection that a pool version adds at one site of one layer.</summary>
internal unsafe struct PoolProjection
{
    /// <summary>(in, columns), row-major; null where nothing is adapted.</summary>
    public float* Projection;

    /// <summary>A multiple of 16.</summary>
    public int Columns;

    /// <summary>From one token's projected input to the next: <see cref="Columns"/>, and what routed adapters add to them.</summary>
    public int Width;
}
