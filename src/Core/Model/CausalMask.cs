using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Additive attention masks (0 or minus infinity), for where the kernel's built-in causal mask is not enough.</summary>
internal static class CausalMask
{
    /// <summary>
    /// A causal mask (queries, keys) for the last <paramref name="queries"/> of <paramref name="keys"/> positions. With a
    /// sliding window, a query attends to its own position and the window - 1 positions before it.
    /// </summary>
    public static Tensor Make(long queries, long keys, int? window, Device device, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var query = arange(keys - queries, keys, int64, device).unsqueeze(1);
        var key = arange(keys, int64, device).unsqueeze(0);
        var hidden = key > query;
        if (window is { } width)
        {
            hidden = hidden.logical_or(key <= query - width);
        }

        return zeros(queries, keys, dtype, device).masked_fill_(hidden, float.NegativeInfinity).MoveToOuterDisposeScope();
    }
}
