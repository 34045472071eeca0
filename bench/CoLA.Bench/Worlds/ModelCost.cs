using CoLA.Core.Cache;
using CoLA.Core.Configuration;
using CoLA.Core.Model;
using CoLA.Core.Weights;

namespace CoLA.Bench.Worlds;

/// <summary>What the matrices of a base model, and of adapters on it, cost to read and to multiply with.</summary>
internal sealed class ModelCost(ModelConfig config)
{
    private static readonly Target[] Targets = Enum.GetValues<Target>();

    /// <summary>Of a model directory or a GGUF file, without loading it.</summary>
    public static ModelCost Of(string model)
    {
        using var checkpoint = Checkpoint.Open(model);
        return new ModelCost(checkpoint.Config);
    }

    /// <summary>Weights of the layers' matrices.</summary>
    public double LayerWeights { get; } = config.Layers * Targets.Sum(target => (double)config.In(target) * config.Out(target));

    /// <summary>Weights of the matrix that makes logits.</summary>
    public double HeadWeights { get; } = (double)config.HiddenSize * config.VocabularySize;

    /// <summary>All that a decoding step reads and multiplies with.</summary>
    public double Weights => LayerWeights + HeadWeights;

    /// <summary>Forward and backward through the base's matrices, nothing else: 4 FLOP a weight and token, of the head a weight and label.</summary>
    public double TrainingFlop(double tokens, double labels) => 4 * (LayerWeights * tokens + HeadWeights * labels);

    /// <summary>Float32 bytes of one block of keys and values, in all layers.</summary>
    public double BytesOfKeyValueBlock => 2.0 * sizeof(float) * KeyValueBlocks.Positions * config.Layers * config.KeyValueHeads * config.HeadDim;

    /// <summary>Float32 bytes of one task's folded heads of this rank, for all targets.</summary>
    public double BytesOfU(int rank) => Bytes(Targets, rank, config.Out);

    /// <summary>Float32 bytes of the A's of one pool version, M r rows a target.</summary>
    public double BytesOfA(int rank) => Bytes(Targets, rank, config.In);

    /// <summary>Float32 bytes of one task's folded heads of this rank, for some targets.</summary>
    public double BytesOfU(int rank, IEnumerable<Target> targets) => Bytes(targets, rank, config.Out);

    private double Bytes(IEnumerable<Target> targets, int rank, Func<Target, int> width) =>
        (double)sizeof(float) * config.Layers * rank * targets.Sum(width);
}
