using CoLA.Core.Adapters;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// The frozen weights of one decoder layer. Matrices are stored transposed, (in, out) and contiguous, and those with the
/// same input side by side: small batches multiply several times faster so than with (out, in).
/// </summary>
internal sealed class LayerWeights : IDisposable
{
    /// <summary>(hidden)</summary>
    public required Tensor AttentionNorm { get; init; }

    /// <summary>(hidden, q + k + v)</summary>
    public required Tensor QueryKeyValue { get; init; }

    /// <summary>(q + k + v)</summary>
    public Tensor? QueryKeyValueBias { get; init; }

    /// <summary>(headDim), Qwen3</summary>
    public Tensor? QueryNorm { get; init; }

    /// <summary>(headDim), Qwen3</summary>
    public Tensor? KeyNorm { get; init; }

    /// <summary>(q, hidden)</summary>
    public required Tensor Output { get; init; }

    /// <summary>(hidden)</summary>
    public Tensor? OutputBias { get; init; }

    /// <summary>(hidden)</summary>
    public required Tensor FeedForwardNorm { get; init; }

    /// <summary>(hidden, gate + up)</summary>
    public required Tensor GateUp { get; init; }

    /// <summary>(gate + up)</summary>
    public Tensor? GateUpBias { get; init; }

    /// <summary>(intermediate, hidden)</summary>
    public required Tensor Down { get; init; }

    /// <summary>(hidden)</summary>
    public Tensor? DownBias { get; init; }

    /// <summary>A view of the weight of <paramref name="target"/>, (in, out): W transposed.</summary>
    public Tensor Of(Target target, ModelConfig config)
    {
        long query = config.Out(Target.Q), keyValue = config.Out(Target.K), intermediate = config.IntermediateSize;
        return target switch
        {
            Target.Q => QueryKeyValue.narrow(1, 0, query),
            Target.K => QueryKeyValue.narrow(1, query, keyValue),
            Target.V => QueryKeyValue.narrow(1, query + keyValue, keyValue),
            Target.O => Output.alias(),
            Target.Gate => GateUp.narrow(1, 0, intermediate),
            Target.Up => GateUp.narrow(1, intermediate, intermediate),
            Target.Down => Down.alias(),
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
    }

    public IEnumerable<Tensor> All()
    {
        Tensor?[] tensors =
        [
            AttentionNorm, QueryKeyValue, QueryKeyValueBias, QueryNorm, KeyNorm, Output, OutputBias,
            FeedForwardNorm, GateUp, GateUpBias, Down, DownBias,
        ];
        return tensors.OfType<Tensor>();
    }

    public void Dispose()
    {
        foreach (var tensor in All())
        {
            tensor.Dispose();
        }
    }
}
