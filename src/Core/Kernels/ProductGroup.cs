namespace CoLA.Core.Kernels;

/// <summary>Products that do not depend on one another, run as one job: a base matrix and the A matrices of the lanes.</summary>
internal unsafe struct ProductGroup : IKernelJob
{
    public PanelProduct* Products;
    public int Count;

    public readonly int Chunks
    {
        get
        {
            var chunks = 0;
            for (var at = 0; at < Count; at++)
            {
                chunks += Products[at].Chunks;
            }

            return chunks;
        }
    }

    public readonly void Run(int chunk)
    {
        var at = 0;
        while (chunk >= Products[at].Chunks)
        {
            chunk -= Products[at++].Chunks;
        }

        Products[at].Run(chunk);
    }
}
