using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>Decides which earlier tokens each token of a batch attends to, and holds or finds their keys and values.</summary>
internal interface IAttention
{
    /// <summary>The position of each token in its own sequence: (tokens), int64.</summary>
    Tensor Positions { get; }

    /// <summary>
    /// Softmax attention of one layer. <paramref name="query"/> is (tokens, query heads, headDim); <paramref name="key"/> and
    /// <paramref name="value"/> are (tokens, key-value heads, headDim). Queries and keys have their rotary embedding already.
    /// Returns (tokens, query heads x headDim).
    /// </summary>
    Tensor Attend(int layer, Tensor query, Tensor key, Tensor value);
}
