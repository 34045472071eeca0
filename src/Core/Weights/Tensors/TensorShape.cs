namespace CoLA.Core.Weights.Tensors;

/// <summary>Shapes as files give them: unchecked numbers.</summary>
internal static class TensorShape
{
    /// <summary>The product of the dimensions, or -1 where it has more than 63 bits. An empty shape is one value.</summary>
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

    /// <summary>As <see cref="ElementCount"/>, in bytes.</summary>
    public static long ByteCount(ReadOnlySpan<long> shape, int elementSize) => ElementCount([.. shape, elementSize]);

    public static string Describe(IEnumerable<long> shape) => $"[{string.Join(", ", shape)}]";
}
