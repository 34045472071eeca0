using CoLA.Core.Configuration;
using CoLA.Core.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>All frozen weights of a base model on one device, in one dtype.</summary>
internal sealed class ModelWeights : IDisposable
{
    private readonly Tensor? _embedding; // (vocabulary, hidden); null for a model with tied embeddings

    private ModelWeights(Tensor? embedding, IReadOnlyList<LayerWeights> layers, Tensor finalNorm, FrozenMatrix lmHead)
    {
        _embedding = embedding;
        Layers = layers;
        FinalNorm = finalNorm;
        LmHead = lmHead;
    }

    public IReadOnlyList<LayerWeights> Layers { get; }

    /// <summary>(hidden)</summary>
    public Tensor FinalNorm { get; }

    /// <summary>The LM head (output layer), (hidden, vocabulary). With tied embeddings its columns are the embeddings too.</summary>
    public FrozenMatrix LmHead { get; }

    public long Bytes => Layers.Sum(layer => layer.Bytes) + LmHead.Bytes
        + new[] { _embedding, FinalNorm }.OfType<Tensor>().Sum(tensor => tensor.NumberOfElements * tensor.ElementSize);

    /// <summary>The embeddings (tokens, hidden) of <paramref name="ids"/> (tokens), int64.</summary>
    public Tensor Embed(Tensor ids) => _embedding?.index_select(0, ids) ?? LmHead.Columns(ids);

    /// <summary>Reads all weights of the model that <paramref name="config"/> describes.</summary>
    /// <exception cref="Rejections.ModelFileRejection">A tensor is missing or has another shape.</exception>
    public static ModelWeights Load(ModelConfig config, WeightReader reader)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        int hidden = config.HiddenSize, intermediate = config.IntermediateSize;

        Tensor Vector(string name, params long[] shape) => reader.Read(name, shape).contiguous().DetachFromDisposeScope();

        var layers = new List<LayerWeights>(config.Layers);
        for (var index = 0; index < config.Layers; index++)
        {
            using var layerScope = NewDisposeScope();
            var prefix = $"model.layers.{index}.";
            string Module(Target target) => prefix + ModuleNames.Of(target);
            FrozenMatrix Matrix(params Target[] targets) =>
                reader.Matrix([.. targets.Select(target => new MatrixPart($"{Module(target)}.weight", config.Out(target), config.In(target)))]);
            Tensor? Bias(bool has, params Target[] targets) => has
                ? cat([.. targets.Select(target => reader.Read($"{Module(target)}.bias", config.Out(target)))]).DetachFromDisposeScope()
                : null;

            layers.Add(new LayerWeights
            {
                AttentionNorm = Vector($"{prefix}input_layernorm.weight", hidden),
                QueryKeyValue = Matrix(Target.Q, Target.K, Target.V),
                QueryKeyValueBias = Bias(config.QueryKeyValueBias, Target.Q, Target.K, Target.V),
                QueryNorm = config.QueryKeyNorm ? Vector($"{prefix}self_attn.q_norm.weight", config.HeadDim) : null,
                KeyNorm = config.QueryKeyNorm ? Vector($"{prefix}self_attn.k_norm.weight", config.HeadDim) : null,
                Output = Matrix(Target.O),
                OutputBias = Bias(config.OutputBias, Target.O),
                FeedForwardNorm = Vector($"{prefix}post_attention_layernorm.weight", hidden),
                GateUp = Matrix(Target.Gate, Target.Up),
                GateUpBias = Bias(config.FeedForwardBias, Target.Gate, Target.Up),
                Down = Matrix(Target.Down),
                DownBias = Bias(config.FeedForwardBias, Target.Down),
            });
        }

        const string embedding = "model.embed_tokens.weight";
        return new ModelWeights(
            config.TieEmbeddings ? null : Vector(embedding, config.VocabularySize, hidden),
            layers,
            Vector("model.norm.weight", hidden),
            reader.LmHead(new MatrixPart(config.TieEmbeddings ? embedding : "lm_head.weight", config.VocabularySize, hidden)));
    }

    public void Dispose()
    {
        foreach (var layer in Layers)
        {
            layer.Dispose();
        }

        _embedding?.Dispose();
        FinalNorm.Dispose();
        LmHead.Dispose();
    }
}
