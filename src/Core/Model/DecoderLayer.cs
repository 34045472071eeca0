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
        var joined = weights.QueryKeyValue.Multiply(input, weights.QueryKeyValueBias).split([queryWidth, keyValueWidth, keyValueWidth], 1);
        var projected = adapters.Project(index, Site.AttentionInput, input);

        // (tokens, heads, headDim)
        var query = adapters.Add(index, Target.Q, joined[0], projected).reshape(tokens, config.Heads, headDim);
        var key = adapters.Add(index, Target.K, joined[1], projected).reshape(tokens, config.KeyValueHeads, headDim);
        var value = adapters.Add(index, Target.V, joined[2], projected).reshape(tokens, config.KeyValueHeads, headDim);
        if (weights.QueryNorm is { } queryNorm && weights.KeyNorm is { } keyNorm)
        {
            query = RmsNorm.Apply(query, queryNorm, config.RmsNormEpsilon);
            key = RmsNorm.Apply(key, keyNorm, config.RmsNormEpsilon);
        }

        query = RotaryEmbedding.Rotate(query, angles);
        key = RotaryEmbedding.Rotate(key, angles);
        var mixed = attention.Attend(index, query, key, value); // (tokens, heads x headDim)
        return adapters.Add(
            index,
            Target.O,
            weights.Output.Multiply(mixed, weights.OutputBias),
            adapters.Project(index, Site.AttentionOutput, mixed));
    }

    private Tensor FeedForward(Tensor input, IAdapters adapters)
    {
        long width = config.IntermediateSize;
        var joined = weights.GateUp.Multiply(input, weights.GateUpBias).split([width, width], 1);
        var projected = adapters.Project(index, Site.FeedForwardInput, input);
        var gate = adapters.Add(index, Target.Gate, joined[0], projected);
        var up = adapters.Add(index, Target.Up, joined[1], projected);
        var gated = nn.functional.silu(gate) * up; // (tokens, intermediate)
        return adapters.Add(
            index,
            Target.Down,
            weights.Down.Multiply(gated, weights.DownBias),
            adapters.Project(index, Site.FeedForwardOutput, gated));
    }
}
