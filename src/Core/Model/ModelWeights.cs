using CoLA.Core.Adapters;
using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Weights;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>All frozen weights of a base model on one device, in one dtype.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Tensor? _embedding; // (vocabulary, hidden); null where the head holds it

    private ModelWeights(Tensor? embedding, IReadOnlyList<LayerWeights> layers, Tensor finalNorm, FrozenMatrix head)
    {
        _embedding = embedding;
        Layers = layers;
        FinalNorm = finalNorm;
        Head = head;
    }

    public IReadOnlyList<LayerWeights> Layers { get; }

    /// <summary>(hidden)</summary>
    public Tensor FinalNorm { get; }

    /// <summary>(hidden, vocabulary). A tied model's embedding is in it too.</summary>
    public FrozenMatrix Head { get; }

    public long Bytes => Layers.Sum(layer => layer.Bytes) + Head.Bytes
        + new[] { _embedding, FinalNorm }.OfType<Tensor>().Sum(tensor => tensor.NumberOfElements * tensor.ElementSize);

    /// <summary>Embeddings of <paramref name="ids"/> (tokens), int64: (tokens, hidden).</summary>
    public Tensor Embed(Tensor ids) => _embedding?.index_select(0, ids) ?? Head.Columns(ids);

    /// <summary>Reads a checkpoint; with a <paramref name="team"/>, matrices lie as its kernels read them.</summary>
    /// <exception cref="Rejections.ModelFileRejection">A tensor is missing or has another shape.</exception>
    public static ModelWeights Load(Checkpoint checkpoint, Device device, ScalarType dtype, KernelTeam? team)
    {
        var config = checkpoint.Config;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        int hidden = config.HiddenSize, intermediate = config.IntermediateSize;

        Tensor Read(string name, params long[] shape) => checkpoint.Read(name, shape).to(dtype).to(device);
        Tensor Placed(Tensor tensor) => tensor.contiguous().DetachFromDisposeScope();
        FrozenMatrix Matrix(params Tensor[] parts) => team is null
            ? new DenseMatrix(Placed(cat([.. parts.Select(part => part.t())], 1)))
            : FloatPanels.Of(parts, team);

        var layers = new List<LayerWeights>(config.Layers);
        for (var index = 0; index < config.Layers; index++)
        {
            using var layerScope = NewDisposeScope();
            var prefix = $"model.layers.{index}.";
            string Module(Target target) => prefix + ModuleNames.Of(target);
            Tensor Weight(Target target) => Read($"{Module(target)}.weight", config.Out(target), config.In(target));
            Tensor? Bias(bool has, params Target[] targets) => has
                ? Placed(cat([.. targets.Select(target => Read($"{Module(target)}.bias", config.Out(target)))]))
                : null;

            layers.Add(new LayerWeights
            {
                AttentionNorm = Placed(Read($"{prefix}input_layernorm.weight", hidden)),
                QueryKeyValue = Matrix(Weight(Target.Q), Weight(Target.K), Weight(Target.V)),
                QueryKeyValueBias = Bias(config.QueryKeyValueBias, Target.Q, Target.K, Target.V),
                QueryNorm = config.QueryKeyNorm ? Placed(Read($"{prefix}self_attn.q_norm.weight", config.HeadDim)) : null,
                KeyNorm = config.QueryKeyNorm ? Placed(Read($"{prefix}self_attn.k_norm.weight", config.HeadDim)) : null,
                Output = Matrix(Weight(Target.O)),
                OutputBias = Bias(config.OutputBias, Target.O),
                FeedForwardNorm = Placed(Read($"{prefix}post_attention_layernorm.weight", hidden)),
                GateUp = Matrix(Weight(Target.Gate), Weight(Target.Up)),
                GateUpBias = Bias(config.FeedForwardBias, Target.Gate, Target.Up),
                Down = Matrix(Weight(Target.Down)),
                DownBias = Bias(config.FeedForwardBias, Target.Down),
            });
        }

        var embedding = Read("model.embed_tokens.weight", config.VocabularySize, hidden);
        var head = Matrix(config.TieEmbeddings ? embedding : Read("lm_head.weight", config.VocabularySize, hidden));
        return new ModelWeights(
            config.TieEmbeddings ? null : Placed(embedding), layers, Placed(Read("model.norm.weight", hidden)), head);
    }

    public void Dispose()
    {
        foreach (var layer in Layers)
        {
            layer.Dispose();
        }

        _embedding?.Dispose();
        FinalNorm.Dispose();
        Head.Dispose();
    }
}
