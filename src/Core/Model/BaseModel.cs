using CoLA.Core.Catalog;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using CoLA.Core.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>The one base model of this process, with its tokenizer and its identity.</summary>
public sealed class BaseModel : IDisposable
{
    private BaseModel(CausalLanguageModel language, BaseModelIdentity identity, Tokenizer? tokenizer)
    {
        Language = language;
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

    /// <summary>Bytes of its weights there.</summary>
    public long Bytes => Language.Bytes;

    internal CausalLanguageModel Language { get; }

    /// <summary>Loads a model directory or a GGUF file.</summary>
    /// <param name="path">The directory or file.</param>
    /// <param name="device"><c>cpu</c>, <c>cuda</c>, <c>cuda:N</c> or <c>auto</c> (CUDA where there is one).</param>
    /// <exception cref="ModelFileRejection">A file is missing, damaged or not supported.</exception>
    /// <exception cref="InvalidArgumentRejection">There is no such device.</exception>
    public static BaseModel Load(string path, string device = "cpu")
    {
        var placed = DeviceOf(device);
        using var checkpoint = Checkpoint.Open(path);
        var tokenizer = checkpoint.LoadTokenizer();
        return new BaseModel(
            CausalLanguageModel.Load(checkpoint, placed),
            new BaseModelIdentity(checkpoint.Name, checkpoint.Sha256()),
            tokenizer);
    }

    public void Dispose() => Language.Dispose();

    private static Device DeviceOf(string name)
    {
        if (name == "cpu" || (name == "auto" && !cuda.is_available()))
        {
            return CPU;
        }

        var index = name switch
        {
            "cuda" or "auto" => 0,
            _ when name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name["cuda:".Length..], out var number) && number >= 0 => number,
            _ => throw new InvalidArgumentRejection("device", $"'{name}' is not one of cpu, cuda, cuda:N, auto"),
        };
        if (!cuda.is_available())
        {
            throw new InvalidArgumentRejection(
                "device",
                $"'{name}' is not there: libtorch sees no CUDA device. Use cpu or auto, or build with -p:TorchBackend=cuda on a machine that has one");
        }

        return index < cuda.device_count()
            ? new Device(DeviceType.CUDA, index)
            : throw new InvalidArgumentRejection("device", $"'{name}' is not there: the CUDA devices are 0..{cuda.device_count() - 1}");
    }
}
