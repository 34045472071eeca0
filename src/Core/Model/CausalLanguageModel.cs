using CoLA.Core.Configuration;
using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Rejections;
using CoLA.Core.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// The frozen base model: one forward pass over packed tokens for Llama, Mistral, Qwen2 and Qwen3. It holds no state of any
/// request: <see cref="IAttention"/> decides which tokens attend to which, <see cref="IAdapters"/> what is added to the
/// products.
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

    /// <summary>The threads of the CPU kernels; null where libtorch computes.</summary>
    public KernelTeam? Team { get; }

    public ModelConfig Config { get; }

    public ModelWeights Weights { get; }

    public RotaryEmbedding Rotary { get; }

    public Device Device { get; }

    public ScalarType DType { get; }

    public long Bytes => Weights.Bytes;

    /// <summary>Loads a checkpoint. Without a <paramref name="dtype"/> it computes in float32 on the CPU and in bfloat16 elsewhere.</summary>
    /// <exception cref="ModelFileRejection">A tensor is missing or has another shape.</exception>
    /// <exception cref="UnsupportedRejection">The quantisation does not fit the file or the device.</exception>
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

    /// <summary>The embeddings (tokens, hidden) of <paramref name="ids"/> (tokens), int64.</summary>
    public Tensor Embed(Tensor ids) => Weights.Embed(ids);

    /// <summary>The rotary angles at the positions of a batch.</summary>
    public RotaryAngles Angles(IAttention attention) => Rotary.At(attention.Positions);

    /// <summary>Runs one layer: (tokens, hidden) to (tokens, hidden).</summary>
    public Tensor Layer(int index, Tensor hidden, IAttention attention, RotaryAngles angles, IAdapters adapters) =>
        _layers[index].Forward(hidden, attention, angles, adapters);

    /// <summary>Runs all layers: from ids (tokens) to the last hidden states (tokens, hidden), before the final norm.</summary>
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

    /// <summary>The final norm and the output layer: (tokens, hidden) to logits (tokens, vocabulary), float32.</summary>
    public Tensor Logits(Tensor hidden)
    {
        var logits = Weights.LmHead.Multiply(RmsNorm.Apply(hidden, Weights.FinalNorm, Config.RmsNormEpsilon, Team));
        return logits.dtype == float32 ? logits : logits.to(float32);
    }

    /// <summary>
    /// The log-probability of each label: (labels), float32, for <paramref name="labels"/> (labels), int64, and
    /// <paramref name="hidden"/> (labels, hidden), the last hidden states before the final norm. Gradients flow to the hidden states.
    /// </summary>
    public Tensor LogProbabilities(Tensor hidden, Tensor labels)
    {
        if (Team is null)
        {
            return nn.functional.log_softmax(Logits(hidden), -1).gather(1, labels.unsqueeze(1)).squeeze(1);
        }

        var normed = RmsNorm.Apply(hidden, Weights.FinalNorm, Config.RmsNormEpsilon, Team);
        var lmHead = (PanelMatrix)Weights.LmHead;
        return normed.requires_grad && is_grad_enabled()
            ? LabelLogProbabilities.apply(normed, labels, lmHead, Team)
            : LabelLogProbabilities.Of(normed, labels, lmHead, Team);
    }

    /// <summary>The base weight of a target, transposed: (in, out).</summary>
    public Tensor WeightOf(int layer, Target target) => Weights.Layers[layer].Of(target, Config);

    private static void CheckQuantization(Quantization quantization, Checkpoint checkpoint, bool kernels)
    {
        if (quantization != Quantization.None && !kernels)
        {
            throw new UnsupportedRejection(
                "quantised weights need a CPU with AVX2 and FMA, and float32; choose quantization none here");
        }

        if (quantization == Quantization.Gguf && !checkpoint.IsGguf)
        {
            throw new UnsupportedRejection($"{checkpoint.Path} is not a GGUF file, and quantization gguf keeps the codes of one; choose int8 or int4");
        }
    }

    public void Dispose()
    {
        Weights.Dispose();
        Rotary.Dispose();
        Team?.Dispose();
    }
}
