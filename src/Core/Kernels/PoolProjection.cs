namespace CoLA.Core.Kernels;

/// <summary>The down-projection (stacked A matrices) of a pool version at one site of one layer, as the kernels read it.</summary>
internal unsafe struct PoolProjection
{
    /// <summary>(in, columns), row-major; null where the pool adapts nothing.</summary>
    public float* Projection;

    /// <summary>Columns of the projection; a multiple of 16.</summary>
    public int Columns;

    /// <summary>Elements from one token's projected input to the next: <see cref="Columns"/>, plus the columns of routed adapters.</summary>
    public int Width;
}
