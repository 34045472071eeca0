using CoLA.Core.Configuration;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using CoLA.Core.Weights;

namespace CoLA.Core.Model;

/// <summary>The frozen base model of this process, with its tokenizer and its identity.</summary>
public sealed class BaseModel : IDisposable
{
    private BaseModel(CausalLanguageModel language, Quantization quantization, BaseModelIdentity identity, Tokenizer? tokenizer)
    {
        Language = language;
        Quantization = quantization;
        Identity = identity;
        Tokenizer = tokenizer;
        EndIds = tokenizer is { EosIds.Count: > 0 } ? tokenizer.EosIds : language.Config.EosIds.ToHashSet();
    }

    /// <summary>Its name and the SHA-256 of its weights.</summary>
    public BaseModelIdentity Identity { get; }

    /// <summary>Its configuration: sizes, context length, rotary embedding.</summary>
    public ModelConfig Config => Language.Config;

    /// <summary>Its tokenizer; null for a model without one, which serves token ids only.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>Token ids that end a generated text.</summary>
    public IReadOnlySet<int> EndIds { get; }

    /// <summary>The device that it runs on, for example <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device => Language.Device.ToString();

    /// <summary>The dtype that it computes in: <c>float32</c> or <c>bfloat16</c>.</summary>
    public string DType => Language.DType.ToString().ToLowerInvariant();

    /// <summary>How its matrices are stored.</summary>
    public Quantization Quantization { get; }

    /// <summary>Bytes of its weights on the device.</summary>
    public long Bytes => Language.Bytes;

    internal CausalLanguageModel Language { get; }

    /// <summary>Loads a model from a directory (safetensors) or a GGUF file.</summary>
    /// <param name="path">The directory or file.</param>
    /// <param name="device"><c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>auto</c> (CUDA if available, otherwise the CPU).</param>
    /// <param name="quantization">How its matrices are stored; on other devices than the CPU only <see cref="Quantization.None"/>.</param>
    /// <exception cref="ModelFileRejection">A file is missing, damaged or not supported.</exception>
    /// <exception cref="InvalidArgumentRejection">The device does not exist.</exception>
    /// <exception cref="UnsupportedRejection">The quantisation does not fit the device or the file.</exception>
    public static BaseModel Load(string path, string device = "cpu", Quantization quantization = Quantization.None) =>
        Load(path, device, quantization, useKernels: true);

    /// <inheritdoc cref="Load(string, string, Quantization)"/>
    /// <param name="path">The directory or file.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="quantization">How its matrices are stored.</param>
    /// <param name="useKernels">Whether the model may use this project's CPU kernels; otherwise libtorch computes everything.</param>
    internal static BaseModel Load(string path, string device, Quantization quantization, bool useKernels)
    {
        var placed = ComputeDevice.Of(device);
        using var checkpoint = Checkpoint.Open(path);
        var tokenizer = checkpoint.LoadTokenizer();
        return new BaseModel(
            CausalLanguageModel.Load(checkpoint, placed, useKernels: useKernels, quantization: quantization),
            quantization,
            new BaseModelIdentity(checkpoint.Name, checkpoint.Sha256()),
            tokenizer);
    }

    public void Dispose() => Language.Dispose();
}
