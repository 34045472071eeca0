using CoLA.Core.Configuration;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using CoLA.Core.Weights;

namespace CoLA.Core.Model;

/// <summary>The one base model of this process, with its tokenizer and its identity.</summary>
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

    public BaseModelIdentity Identity { get; }

    public ModelConfig Config => Language.Config;

    /// <summary>Null for a model that serves token ids only.</summary>
    public Tokenizer? Tokenizer { get; }

    /// <summary>Ids that end an answer.</summary>
    public IReadOnlySet<int> EndIds { get; }

    /// <summary>Where it computes: <c>cpu</c> or <c>cuda:0</c>.</summary>
    public string Device => Language.Device.ToString();

    /// <summary>What it computes in: <c>float32</c> or <c>bfloat16</c>.</summary>
    public string DType => Language.DType.ToString().ToLowerInvariant();

    /// <summary>How its matrices are stored.</summary>
    public Quantization Quantization { get; }

    /// <summary>Bytes of its weights there.</summary>
    public long Bytes => Language.Bytes;

    internal CausalLanguageModel Language { get; }

    /// <summary>Loads a model directory or a GGUF file.</summary>
    /// <param name="path">The directory or file.</param>
    /// <param name="device"><c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>auto</c> (CUDA where there is one).</param>
    /// <param name="quantization">How its matrices are stored; other than <see cref="Quantization.None"/> on the CPU only.</param>
    /// <exception cref="ModelFileRejection">A file is missing, damaged or not supported.</exception>
    /// <exception cref="InvalidArgumentRejection">There is no such device, or the quantisation does not fit it or the file.</exception>
    public static BaseModel Load(string path, string device = "cpu", Quantization quantization = Quantization.None) =>
        Load(path, device, quantization, useKernels: true);

    /// <inheritdoc cref="Load(string, string, Quantization)"/>
    /// <param name="path">The directory or file.</param>
    /// <param name="device">The device's name.</param>
    /// <param name="quantization">How its matrices are stored.</param>
    /// <param name="useKernels">Whether the CPU's own kernels may be used.</param>
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
