using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>GroupedQueryAttention-query attention: several query heads read one head of keys and values.</summary>
internal static class GroupedQueryAttention
{
    /// <summary>(batch, keyValueHeads, length, headDim) -> (batch, keyValueHeads x times, length, headDim), neighbours alike.</summary>
    public static Tensor Repeat(Tensor features, long times)
    {
        var shape = features.shape;
        return features.unsqueeze(2).expand(shape[0], shape[1], times, shape[2], shape[3])
            .reshape(shape[0], shape[1] * times, shape[2], shape[3]);
    }
}
