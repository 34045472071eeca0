using CoLA.Core.Configuration;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;

namespace CoLA.Core.Weights;

/// <summary>The tensors that a model of a given configuration must have: their HuggingFace names and shapes.</summary>
internal static class CheckpointLayout
{
    private const string OutputProjection = "lm_head.weight";

    /// <summary>Dtypes that safetensors files support but weights may not have.</summary>
    private static readonly string[] NotWeights = ["F64", "I64", "I32", "U8"];

    private static readonly string[] TrainingLeftovers = [".rotary_emb.inv_freq", ".attention.bias", ".attention.masked_bias"];

    /// <summary>The required tensors. They are generated lazily, so that an absurdly large configuration costs no memory.</summary>
    public static IEnumerable<(string Name, long[] Shape)> Of(ModelConfig config)
    {
        long hidden = config.HiddenSize;
        yield return ("model.embed_tokens.weight", [config.VocabularySize, hidden]);
        yield return ("model.norm.weight", [hidden]);
        if (!config.TieEmbeddings)
        {
            yield return (OutputProjection, [config.VocabularySize, hidden]);
        }

        for (var layer = 0; layer < config.Layers; layer++)
        {
            foreach (var (name, shape) in OfLayer(config))
            {
                yield return ($"model.layers.{layer}.{name}", shape);
            }
        }
    }

    /// <summary>Checks that every required tensor is present with its shape, and that there is no other tensor that would change the computation.</summary>
    /// <exception cref="ModelFileRejection">A tensor fails the check; the first one is named.</exception>
    public static void Check(ModelConfig config, string path, IReadOnlyDictionary<string, CheckpointTensor> tensors)
    {
        var required = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, shape) in Of(config))
        {
            if (!tensors.TryGetValue(name, out var tensor))
            {
                throw new ModelFileRejection(path, name, $"a tensor of shape {TensorShape.Describe(shape)}", "no tensor of that name");
            }

            CheckShape(name, tensor, shape);
            if (NotWeights.Contains(tensor.DType))
            {
                throw new ModelFileRejection(tensor.File, name, "weights in F32, F16 or BF16", tensor.DType);
            }

            required.Add(name);
        }

        foreach (var (name, tensor) in tensors)
        {
            var harmless = (config.TieEmbeddings && name == OutputProjection)
                || TrainingLeftovers.Any(ending => name.EndsWith(ending, StringComparison.Ordinal));
            if (!harmless && !required.Contains(name))
            {
                throw new ModelFileRejection(tensor.File, name, "only tensors that the configuration needs", "this one");
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

    private static IEnumerable<(string Name, long[] Shape)> OfLayer(ModelConfig config)
    {
        long hidden = config.HiddenSize;
        long inner = config.IntermediateSize;
        var queries = (long)config.Heads * config.HeadDim;
        var keys = (long)config.KeyValueHeads * config.HeadDim;
        (string Name, long Output, long Input, bool Bias)[] projections =
        [
            ("self_attn.q_proj", queries, hidden, config.QueryKeyValueBias),
            ("self_attn.k_proj", keys, hidden, config.QueryKeyValueBias),
            ("self_attn.v_proj", keys, hidden, config.QueryKeyValueBias),
            ("self_attn.o_proj", hidden, queries, config.OutputBias),
            ("mlp.gate_proj", inner, hidden, config.FeedForwardBias),
            ("mlp.up_proj", inner, hidden, config.FeedForwardBias),
            ("mlp.down_proj", hidden, inner, config.FeedForwardBias),
        ];
        foreach (var (name, output, input, bias) in projections)
        {
            yield return ($"{name}.weight", [output, input]);
            if (bias)
            {
                yield return ($"{name}.bias", [output]);
            }
        }

        yield return ("input_layernorm.weight", [hidden]);
        yield return ("post_attention_layernorm.weight", [hidden]);
        if (config.QueryKeyNorm)
        {
            yield return ("self_attn.q_norm.weight", [config.HeadDim]);
            yield return ("self_attn.k_norm.weight", [config.HeadDim]);
        }
    }
}
