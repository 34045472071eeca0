using CoLA.Core.Model;
using CoLA.Core.Rejections;

namespace CoLA.Core.Weights;

/// <summary>Which tensors, of which shapes, a configuration calls for, under their HuggingFace names.</summary>
internal static class CheckpointLayout
{
    private const string OutputProjection = "lm_head.weight";

    private static readonly string[] TrainingLeftovers = [".rotary_emb.inv_freq", ".attention.bias", ".attention.masked_bias"];

    public static IReadOnlyDictionary<string, long[]> Of(ModelConfig config)
    {
        long hidden = config.HiddenSize;
        var shapes = new Dictionary<string, long[]>(StringComparer.Ordinal)
        {
            ["model.embed_tokens.weight"] = [config.VocabularySize, hidden],
            ["model.norm.weight"] = [hidden],
        };
        if (!config.TieEmbeddings)
        {
            shapes.Add(OutputProjection, [config.VocabularySize, hidden]);
        }

        for (var layer = 0; layer < config.Layers; layer++)
        {
            AddLayer(shapes, $"model.layers.{layer}", config);
        }

        return shapes;
    }

    /// <summary>Every tensor that the configuration calls for is there in its shape, and no other that would act.</summary>
    /// <exception cref="ModelFileRejection">Naming the first that is not so.</exception>
    public static void Check(ModelConfig config, string path, IReadOnlyDictionary<string, CheckpointTensor> tensors)
    {
        var layout = Of(config);
        foreach (var (name, shape) in layout)
        {
            if (!tensors.TryGetValue(name, out var tensor))
            {
                throw new ModelFileRejection(path, name, $"a tensor of shape {TensorShape.Describe(shape)}", "no tensor of that name");
            }

            CheckShape(name, tensor, shape);
        }

        foreach (var (name, tensor) in tensors)
        {
            var idle = (config.TieEmbeddings && name == OutputProjection)
                || TrainingLeftovers.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
            if (!idle && !layout.ContainsKey(name))
            {
                throw new ModelFileRejection(tensor.File, name, "only tensors that the configuration has a place for", "this one");
            }
        }
    }

    public static void CheckShape(string name, CheckpointTensor tensor, ReadOnlySpan<long> expected)
    {
        if (!expected.SequenceEqual([.. tensor.Shape]))
        {
            throw new ModelFileRejection(
                tensor.File, name, $"shape {TensorShape.Describe(expected.ToArray())}", $"shape {TensorShape.Describe(tensor.Shape)}");
        }
    }

    private static void AddLayer(Dictionary<string, long[]> shapes, string layer, ModelConfig config)
    {
        long hidden = config.HiddenSize;
        long inner = config.IntermediateSize;
        var queries = (long)config.Heads * config.HeadDim;
        var keys = (long)config.KeyValueHeads * config.HeadDim;
        void Add(string name, long output, long input, bool bias)
        {
            shapes.Add($"{layer}.{name}.weight", [output, input]);
            if (bias)
            {
                shapes.Add($"{layer}.{name}.bias", [output]);
            }
        }

        shapes.Add($"{layer}.input_layernorm.weight", [hidden]);
        Add("self_attn.q_proj", queries, hidden, config.QueryKeyValueBias);
        Add("self_attn.k_proj", keys, hidden, config.QueryKeyValueBias);
        Add("self_attn.v_proj", keys, hidden, config.QueryKeyValueBias);
        Add("self_attn.o_proj", hidden, queries, config.OutputBias);
        if (config.QueryKeyNorm)
        {
            shapes.Add($"{layer}.self_attn.q_norm.weight", [config.HeadDim]);
            shapes.Add($"{layer}.self_attn.k_norm.weight", [config.HeadDim]);
        }

        shapes.Add($"{layer}.post_attention_layernorm.weight", [hidden]);
        Add("mlp.gate_proj", inner, hidden, config.FeedForwardBias);
        Add("mlp.up_proj", inner, hidden, config.FeedForwardBias);
        Add("mlp.down_proj", hidden, inner, config.FeedForwardBias);
    }
}
