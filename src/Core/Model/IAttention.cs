using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Which earlier tokens each token of a batch sees, and where their keys and values are.</summary>
internal interface IAttention
{
    /// <summary>Position of every token in its own sequence: (tokens), int64.</summary>
    Tensor Positions { get; }

    /// <summary>
    /// Softmax attention of one layer. <paramref name="query"/> is (tokens, heads, headDim); <paramref name="key"/> and
    /// <paramref name="value"/> are (tokens, keyValueHeads, headDim), keys already turned. Returns (tokens, heads x headDim).
    /// </summary>
    Tensor Attend(int layer, Tensor query, Tensor key, Tensor value);
}
