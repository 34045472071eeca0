namespace CoLA.Core.Kernels;

/// <summary>
/// A product and thin ones that are added to it: each chunk adds what falls into its rectangle while the cache still holds
/// it. An element is the same sum in the same order as by one product after the other.
/// </summary>
internal unsafe struct AdaptedProduct<TProduct> : IKernelJob
    where TProduct : unmanaged, IProductJob
{
    public TProduct Product;

    /// <summary>Of matrices that are read as they lie, each to be added somewhere in the product's result, in this order.</summary>
    public StridedProduct* Additions;
    public int Count;

    public readonly void Run(int chunk)
    {
        Product.Run(chunk);
        var rectangle = Product.RectangleOf(chunk);
        for (var at = 0; at < Count; at++)
        {
            Additions[at].RunWithin(Product.Result, rectangle);
        }
    }
}
