using CoLA.Core.Adapters;
using CoLA.Core.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// The frozen base model: Llama, Mistral, Qwen2 and Qwen3 as one forward pass over packed tokens. It holds no state of
/// any request: who sees whom is the attention's matter, what is added to it the adapters'.
/// </summary>
internal sealed class CausalLanguageModel : IDisposable
{
    private readonly ModelWeights _weights;
    private readonly RotaryEmbedding _rotary;
    private readonly DecoderLayer[] _layers;

    private CausalLanguageModel(ModelConfig config, ModelWeights weights, Device device, ScalarType dtype)
    {
        Config = config;
        Device = device;
        DType = dtype;
        _weights = weights;
        _rotary = new RotaryEmbedding(config, device);
        _layers = [.. weights.Layers.Select((layer, index) => new DecoderLayer(index, config, layer))];
    }

    public ModelConfig Config { get; }

    public Device Device { get; }

    public ScalarType DType { get; }

    public long Bytes => _weights.Bytes;

    /// <summary>Loads a checkpoint; float32 on the CPU and bfloat16 elsewhere unless told otherwise.</summary>
    /// <exception cref="Rejections.ModelFileRejection">A tensor is missing or has another shape.</exception>
    public static CausalLanguageModel Load(Checkpoint checkpoint, Device device, ScalarType? dtype = null)
    {
        var computed = dtype ?? (device.type == DeviceType.CPU ? float32 : bfloat16);
        return new CausalLanguageModel(checkpoint.Config, ModelWeights.Load(checkpoint, device, computed), device, computed);
    }

    /// <summary>Ids (tokens) to embeddings (tokens, hidden).</summary>
    public Tensor Embed(Tensor ids) => _weights.Embedding.index_select(0, ids);

    public (Tensor Cos, Tensor Sin) Angles(IAttention attention) => _rotary.At(attention.Positions);

    /// <summary>One layer, (tokens, hidden) to (tokens, hidden).</summary>
    public Tensor Layer(int index, Tensor hidden, IAttention attention, (Tensor Cos, Tensor Sin) angles, IAdapters adapters) =>
        _layers[index].Forward(hidden, attention, angles, adapters);

    /// <summary>All layers, from ids (tokens) to the last hidden states (tokens, hidden) before the final norm.</summary>
    public Tensor Hidden(Tensor ids, IAttention attention, IAdapters adapters)
    {
        using var scope = NewDisposeScope();
        var angles = Angles(attention);
        var hidden = Embed(ids);
        foreach (var layer in _layers)
        {
            using var layerScope = NewDisposeScope();
            var next = layer.Forward(hidden, attention, angles, adapters).MoveToOuterDisposeScope();
            hidden.Dispose();
            hidden = next;
        }

        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Final norm and head: (tokens, hidden) to logits (tokens, vocabulary), float32.</summary>
    public Tensor Logits(Tensor hidden)
    {
        var logits = RmsNorm.Apply(hidden, _weights.FinalNorm, Config.RmsNormEpsilon).matmul(_weights.Head);
        return logits.dtype == float32 ? logits : logits.to(float32);
    }

    /// <summary>A view of the base weight of a target, transposed: (in, out).</summary>
    public Tensor WeightOf(int layer, Target target) => _weights.Layers[layer].Of(target, Config);

    public void Dispose()
    {
        _weights.Dispose();
        _rotary.Dispose();
    }
}
