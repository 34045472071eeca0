using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Additive masks (0 or minus infinity) where plain causal attention is not enough.</summary>
internal static class CausalMask
{
    /// <summary>
    /// Mask (queries, keys) for the last <paramref name="queries"/> of <paramref name="keys"/> positions; with a window, a
    /// query sees itself and the window - 1 positions before it.
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
