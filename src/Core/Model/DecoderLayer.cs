using CoLA.Core.Configuration;
using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// One decoder layer: attention and gated feed-forward, each after an RMS norm, with adapters on every target. Between the
/// products it runs the CPU kernels where <c>team</c> is not null, otherwise libtorch's operations.
/// </summary>
internal sealed class DecoderLayer(int index, ModelConfig config, LayerWeights weights, KernelTeam? team)
{
    /// <summary>Maps <paramref name="hidden"/> (tokens, hidden) to the same shape.</summary>
    public Tensor Forward(Tensor hidden, IAttention attention, RotaryAngles angles, IAdapters adapters)
    {
        hidden = hidden + Attention(RmsNorm.Apply(hidden, weights.AttentionNorm, config.RmsNormEpsilon, team), attention, angles, adapters);
        return hidden + FeedForward(RmsNorm.Apply(hidden, weights.FeedForwardNorm, config.RmsNormEpsilon, team), adapters);
    }

    private Tensor Attention(Tensor input, IAttention attention, RotaryAngles angles, IAdapters adapters)
    {
        long queryWidth = config.Out(Target.Q), keyValueWidth = config.Out(Target.K);
        long[] widths = [queryWidth, keyValueWidth, keyValueWidth];
        Tensor query, key, value; // (tokens, heads, headDim)
        if (team is not null)
        {
            var joined = adapters.MultiplyJoined(index, Site.AttentionInput, weights.QueryKeyValue, weights.QueryKeyValueBias, input, widths);
            var rotated = RotatedRows.Of(joined, angles, (weights.QueryNorm, weights.KeyNorm), config, team).split(widths, 1);
            (query, key, value) = (SplitHeads(rotated[0]), SplitHeads(rotated[1]), SplitHeads(rotated[2]));
        }
        else
        {
            var parts = adapters.Multiply(index, Site.AttentionInput, weights.QueryKeyValue, weights.QueryKeyValueBias, input, widths);
            query = RotaryEmbedding.Rotate(Normed(SplitHeads(parts[0]), weights.QueryNorm), angles);
            key = RotaryEmbedding.Rotate(Normed(SplitHeads(parts[1]), weights.KeyNorm), angles);
            value = SplitHeads(parts[2]);
        }

        var mixed = attention.Attend(index, query, key, value); // (tokens, heads x headDim)
        return adapters.Multiply(index, Site.AttentionOutput, weights.Output, weights.OutputBias, mixed, [config.HiddenSize])[0];
    }

    private Tensor FeedForward(Tensor input, IAdapters adapters)
    {
        long[] widths = [config.IntermediateSize, config.IntermediateSize];
        Tensor gated; // (tokens, intermediate)
        if (team is not null)
        {
            gated = GatedRows.Of(adapters.MultiplyJoined(index, Site.FeedForwardInput, weights.GateUp, weights.GateUpBias, input, widths), team);
        }
        else
        {
            var parts = adapters.Multiply(index, Site.FeedForwardInput, weights.GateUp, weights.GateUpBias, input, widths);
            gated = nn.functional.silu(parts[0]) * parts[1];
        }

        return adapters.Multiply(index, Site.FeedForwardOutput, weights.Down, weights.DownBias, gated, [config.HiddenSize])[0];
    }

    private Tensor SplitHeads(Tensor features) => features.reshape(features.shape[0], -1, config.HeadDim);

    private Tensor Normed(Tensor heads, Tensor? weight) => weight is null ? heads : RmsNorm.Apply(heads, weight, config.RmsNormEpsilon);
}
