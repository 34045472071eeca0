namespace CoLA.Core.Weights.Tensors;

/// <summary>Shapes as they are in files, before they are checked.</summary>
internal static class TensorShape
{
    /// <summary>The number of elements; 1 for an empty shape, -1 where a dimension is negative or the product exceeds 63 bits.</summary>
    public static long ElementCount(ReadOnlySpan<long> shape)
    {
        Int128 product = 1;
        foreach (var dimension in shape)
        {
            product *= dimension;
            if (dimension < 0 || product > long.MaxValue)
            {
                return -1;
            }
        }

        return (long)product;
    }

    /// <summary>Like <see cref="ElementCount"/>, in bytes.</summary>
    public static long ByteCount(ReadOnlySpan<long> shape, int elementSize) => ElementCount([.. shape, elementSize]);

    /// <summary>The shape for messages, for example [2, 3].</summary>
    public static string Describe(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
