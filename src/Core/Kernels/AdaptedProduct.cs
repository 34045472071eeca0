namespace CoLA.Core.Kernels;

/// <summary>
/// A product and thin products that are added to its result. Each chunk adds its part of them while the cache still holds
/// its rectangle of the result. Each element is summed in the same order as if the products ran one after the other.
/// </summary>
internal unsafe struct AdaptedProduct<TProduct> : IKernelJob
    where TProduct : unmanaged, IProductJob
{
    public TProduct Product;

    /// <summary>Products with row-major matrices; each is added to a part of the result, in this order.</summary>
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
