using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Grouped-query attention (arXiv 2305.13245): several query heads share one key-value head.</summary>
internal static class GroupedQueryAttention
{
    /// <summary>Repeats each key-value head: (batch, keyValueHeads, length, headDim) to (batch, keyValueHeads x times, length, headDim).</summary>
    public static Tensor RepeatHeads(Tensor features, long times)
    {
        var shape = features.shape;
        return features.unsqueeze(2).expand(shape[0], shape[1], times, shape[2], shape[3])
            .reshape(shape[0], shape[1] * times, shape[2], shape[3]);
    }
}
