namespace CoLA.Core.Kernels;

/// <summary>The down-projection that a pool version adds at one site of one layer.</summary>
internal unsafe struct SitePlace
{
    /// <summary>(in, columns), row-major; null where nothing is adapted.</summary>
    public float* Projection;

    /// <summary>A multiple of 16.</summary>
    public int Columns;
}
