using CoLA.Core.Configuration;
using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Rejections;
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
    private readonly DecoderLayer[] _layers;

    private CausalLanguageModel(ModelConfig config, ModelWeights weights, KernelTeam? team, Device device, ScalarType dtype)
    {
        Team = team;
        Config = config;
        Device = device;
        DType = dtype;
        Weights = weights;
        Rotary = new RotaryEmbedding(config, device);
        _layers = [.. weights.Layers.Select((layer, index) => new DecoderLayer(index, config, layer, team))];
    }

    /// <summary>The threads of the CPU's own kernels; null where libtorch multiplies.</summary>
    public KernelTeam? Team { get; }

    public ModelConfig Config { get; }

    public ModelWeights Weights { get; }

    public RotaryEmbedding Rotary { get; }

    public Device Device { get; }

    public ScalarType DType { get; }

    public long Bytes => Weights.Bytes;

    /// <summary>Loads a checkpoint; float32 on the CPU and bfloat16 elsewhere unless told otherwise.</summary>
    /// <exception cref="ModelFileRejection">A tensor is missing or has another shape.</exception>
    /// <exception cref="InvalidArgumentRejection">The quantisation does not fit the file or the device.</exception>
    public static CausalLanguageModel Load(
        Checkpoint checkpoint, Device device, ScalarType? dtype = null, bool useKernels = true, Quantization quantization = Quantization.None)
    {
        var computed = dtype ?? (device.type == DeviceType.CPU ? float32 : bfloat16);
        var kernels = useKernels && device.type == DeviceType.CPU && computed == float32 && KernelTeam.IsSupported;
        CheckQuantization(quantization, checkpoint, kernels);
        var team = kernels ? new KernelTeam(get_num_threads()) : null;
        try
        {
            var reader = new WeightReader(checkpoint, device, computed, team, quantization);
            return new CausalLanguageModel(checkpoint.Config, ModelWeights.Load(checkpoint.Config, reader), team, device, computed);
        }
        catch
        {
            team?.Dispose();
            throw;
        }
    }

    /// <summary>Ids (tokens) to embeddings (tokens, hidden).</summary>
    public Tensor Embed(Tensor ids) => Weights.Embed(ids);

    public RotaryAngles Angles(IAttention attention) => Rotary.At(attention.Positions);

    /// <summary>One layer, (tokens, hidden) to (tokens, hidden).</summary>
    public Tensor Layer(int index, Tensor hidden, IAttention attention, RotaryAngles angles, IAdapters adapters) =>
        _layers[index].Forward(hidden, attention, angles, adapters);

    /// <summary>All layers, from ids (tokens) to the last hidden states (tokens, hidden) before the final norm.</summary>
    public Tensor Hidden(Tensor ids, IAttention attention, IAdapters adapters)
    {
        using var scope = NewDisposeScope();
        using var angles = Angles(attention);
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
        var logits = Weights.Head.Multiply(RmsNorm.Apply(hidden, Weights.FinalNorm, Config.RmsNormEpsilon, Team));
        return logits.dtype == float32 ? logits : logits.to(float32);
    }

    /// <summary>
    /// Log-probabilities (labels), float32, of <paramref name="labels"/> (labels), int64, by the last hidden states before
    /// the final norm (labels, hidden). Gradients flow to the hidden states.
    /// </summary>
    public Tensor LogProbabilities(Tensor hidden, Tensor labels)
    {
        if (Team is null)
        {
            return nn.functional.log_softmax(Logits(hidden), -1).gather(1, labels.unsqueeze(1)).squeeze(1);
        }

        var normed = RmsNorm.Apply(hidden, Weights.FinalNorm, Config.RmsNormEpsilon, Team);
        var head = (PanelMatrix)Weights.Head;
        return normed.requires_grad && is_grad_enabled()
            ? LabelLogProbabilities.apply(normed, labels, head, Team)
            : LabelLogProbabilities.Of(normed, labels, head, Team);
    }

    /// <summary>The base weight of a target, transposed: (in, out).</summary>
    public Tensor WeightOf(int layer, Target target) => Weights.Layers[layer].Of(target, Config);

    private static void CheckQuantization(Quantization quantization, Checkpoint checkpoint, bool kernels)
    {
        if (quantization != Quantization.None && !kernels)
        {
            throw new UnsupportedRejection(
                "quantised weights are multiplied on a CPU with AVX2 and FMA, in float32; here the base model's own dtype is the only form");
        }

        if (quantization == Quantization.Gguf && !checkpoint.IsGguf)
        {
            throw new UnsupportedRejection($"{checkpoint.Path} is not a GGUF file, whose codes gguf keeps; choose int8 or int4");
        }
    }

    public void Dispose()
    {
        Weights.Dispose();
        Rotary.Dispose();
        Team?.Dispose();
    }
}
