using CoLA.Core.Configuration;
using CoLA.Core.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// The frozen weights of one decoder layer. Matrices with the same input are joined side by side: one product serves them.
/// </summary>
internal sealed class LayerWeights : IDisposable
{
    /// <summary>(hidden)</summary>
    public required Tensor AttentionNorm { get; init; }

    /// <summary>(hidden, q + k + v)</summary>
    public required FrozenMatrix QueryKeyValue { get; init; }

    /// <summary>(q + k + v)</summary>
    public Tensor? QueryKeyValueBias { get; init; }

    /// <summary>(headDim); Qwen3 only, otherwise null.</summary>
    public Tensor? QueryNorm { get; init; }

    /// <summary>(headDim); Qwen3 only, otherwise null.</summary>
    public Tensor? KeyNorm { get; init; }

    /// <summary>(q, hidden)</summary>
    public required FrozenMatrix Output { get; init; }

    /// <summary>(hidden)</summary>
    public Tensor? OutputBias { get; init; }

    /// <summary>(hidden)</summary>
    public required Tensor FeedForwardNorm { get; init; }

    /// <summary>(hidden, gate + up)</summary>
    public required FrozenMatrix GateUp { get; init; }

    /// <summary>(gate + up)</summary>
    public Tensor? GateUpBias { get; init; }

    /// <summary>(intermediate, hidden)</summary>
    public required FrozenMatrix Down { get; init; }

    /// <summary>(hidden)</summary>
    public Tensor? DownBias { get; init; }

    public long Bytes => Matrices.Sum(matrix => matrix.Bytes) + Vectors.Sum(vector => vector.NumberOfElements * vector.ElementSize);

    private IEnumerable<FrozenMatrix> Matrices => [QueryKeyValue, Output, GateUp, Down];

    private IEnumerable<Tensor> Vectors
    {
        get
        {
            Tensor?[] vectors =
            [
                AttentionNorm, QueryKeyValueBias, QueryNorm, KeyNorm, OutputBias, FeedForwardNorm, GateUpBias, DownBias,
            ];
            return vectors.OfType<Tensor>();
        }
    }

    /// <summary>The weight of <paramref name="target"/>, (in, out): W transposed. The caller disposes it.</summary>
    public Tensor Of(Target target, ModelConfig config)
    {
        long query = config.Out(Target.Q), keyValue = config.Out(Target.K), intermediate = config.IntermediateSize;
        return target switch
        {
            Target.Q => QueryKeyValue.ToDense().narrow(1, 0, query),
            Target.K => QueryKeyValue.ToDense().narrow(1, query, keyValue),
            Target.V => QueryKeyValue.ToDense().narrow(1, query + keyValue, keyValue),
            Target.O => Output.ToDense(),
            Target.Gate => GateUp.ToDense().narrow(1, 0, intermediate),
            Target.Up => GateUp.ToDense().narrow(1, intermediate, intermediate),
            Target.Down => Down.ToDense(),
            _ => throw new ArgumentOutOfRangeException(nameof(target)),
        };
    }

    public void Dispose()
    {
        foreach (var matrix in Matrices)
        {
            matrix.Dispose();
        }

        foreach (var vector in Vectors)
        {
            vector.Dispose();
        }
    }
}
