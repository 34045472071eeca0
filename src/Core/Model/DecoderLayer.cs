using CoLA.Core.Adapters;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>One decoder layer: attention and gated feed-forward, each behind a norm, with adapters on every target.</summary>
internal sealed class DecoderLayer(int index, ModelConfig config, LayerWeights weights)
{
    /// <summary>Maps <paramref name="hidden"/> (tokens, hidden) to the same shape.</summary>
    public Tensor Forward(Tensor hidden, IAttention attention, RotaryAngles angles, IAdapters adapters)
    {
        hidden = hidden + Attention(RmsNorm.Apply(hidden, weights.AttentionNorm, config.RmsNormEpsilon), attention, angles, adapters);
        return hidden + FeedForward(RmsNorm.Apply(hidden, weights.FeedForwardNorm, config.RmsNormEpsilon), adapters);
    }

    private Tensor Attention(Tensor input, IAttention attention, RotaryAngles angles, IAdapters adapters)
    {
        long tokens = input.shape[0], headDim = config.HeadDim;
        long queryWidth = config.Out(Target.Q), keyValueWidth = config.Out(Target.K);
        var joined = adapters.Multiply(
            index, Site.AttentionInput, weights.QueryKeyValue, weights.QueryKeyValueBias, input, [queryWidth, keyValueWidth, keyValueWidth]);

        // (tokens, heads, headDim)
        var query = joined[0].reshape(tokens, config.Heads, headDim);
        var key = joined[1].reshape(tokens, config.KeyValueHeads, headDim);
        var value = joined[2].reshape(tokens, config.KeyValueHeads, headDim);
        if (weights.QueryNorm is { } queryNorm && weights.KeyNorm is { } keyNorm)
        {
            query = RmsNorm.Apply(query, queryNorm, config.RmsNormEpsilon);
            key = RmsNorm.Apply(key, keyNorm, config.RmsNormEpsilon);
        }

        query = RotaryEmbedding.Rotate(query, angles);
        key = RotaryEmbedding.Rotate(key, angles);
        var mixed = attention.Attend(index, query, key, value); // (tokens, heads x headDim)
        return adapters.Multiply(index, Site.AttentionOutput, weights.Output, weights.OutputBias, mixed, [config.HiddenSize])[0];
    }

    private Tensor FeedForward(Tensor input, IAdapters adapters)
    {
        long width = config.IntermediateSize;
        var joined = adapters.Multiply(index, Site.FeedForwardInput, weights.GateUp, weights.GateUpBias, input, [width, width]);
        var gated = nn.functional.silu(joined[0]) * joined[1]; // (tokens, intermediate)
        return adapters.Multiply(index, Site.FeedForwardOutput, weights.Down, weights.DownBias, gated, [config.HiddenSize])[0];
    }
}
