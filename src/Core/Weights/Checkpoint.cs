using System.Security.Cryptography;
using System.Text;
using CoLA.Core.Configuration;
using CoLA.Core.Matrices;
using CoLA.Core.Rejections;
using CoLA.Core.Tokens;
using CoLA.Core.Weights.Gguf;
using CoLA.Core.Weights.Tensors;
using TorchSharp;

namespace CoLA.Core.Weights;

/// <summary>
/// A base model on disk. It is a directory in HuggingFace layout with model.safetensors, with several shards and their index,
/// or with a GGUF file; or it is a GGUF file. Files in the directory of a GGUF file take precedence over its metadata. Opening
/// checks names, shapes and the configuration. Nothing in the files is ever executed. Thread-safe.
/// </summary>
public sealed class Checkpoint : IDisposable
{
    private const string ConfigFile = "config.json";
    private const string GenerationConfigFile = "generation_config.json";

    private readonly CheckpointFiles _files;
    private readonly ITensorSource _source;
    private readonly Lazy<string> _sha256;

    private Checkpoint(string path, CheckpointFiles files, ModelConfig config, ITensorSource source)
    {
        Path = path;
        Config = config;
        Tensors = source.Tensors;
        _files = files;
        _source = source;
        _sha256 = new Lazy<string>(ComputeSha256);
    }

    /// <summary>The path that was given to <see cref="Open"/>.</summary>
    public string Path { get; }

    /// <summary>The name of the directory, or of the GGUF file without its extension.</summary>
    public string Name => File.Exists(Path)
        ? System.IO.Path.GetFileNameWithoutExtension(Path)
        : System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path)));

    /// <summary>The model's configuration.</summary>
    public ModelConfig Config { get; }

    /// <summary>The tensors in the files, by HuggingFace's names (<c>model.layers.0.self_attn.q_proj.weight</c>).</summary>
    public IReadOnlyDictionary<string, CheckpointTensor> Tensors { get; }

    /// <summary>The names of the tensors.</summary>
    public IReadOnlyCollection<string> Names => [.. Tensors.Keys];

    /// <summary>The weight files, in the order of their names.</summary>
    public IReadOnlyList<string> WeightFiles => _files.Weights;

    /// <summary>Opens a model directory or a GGUF file and checks it.</summary>
    /// <exception cref="ModelFileRejection">A file is missing, damaged or not supported, or does not fit the configuration.</exception>
    public static Checkpoint Open(string path)
    {
        var files = CheckpointFiles.Find(path);
        var (config, source) = files.IsGguf ? OpenGguf(files) : OpenSafetensors(files);
        try
        {
            if (files.Beside(GenerationConfigFile) is { } generation
                && ModelConfigReader.ReadGenerationEosIds(generation, config.VocabularySize) is { } eosIds)
            {
                config = config with { EosIds = eosIds };
            }

            CheckpointLayout.Check(config, files.Index?.Path ?? files.Weights[0], source.Tensors);
            return new Checkpoint(path, files, config, source);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor to the CPU, in the file's dtype; a quantised GGUF tensor is read as its exact values in F32.</summary>
    /// <exception cref="ModelFileRejection">There is no tensor of that name, or its shape is not the expected one.</exception>
    public torch.Tensor Read(string name, params long[] expectedShape)
    {
        Check(name, expectedShape);
        return _source.Read(name);
    }

    /// <summary>Whether the weights are a GGUF file.</summary>
    internal bool IsGguf => _files.IsGguf;

    /// <summary>Whether the file holds the tensor in a quantised type.</summary>
    internal bool IsQuantised(string name) => _source is GgufSource gguf && gguf.IsQuantised(name);

    /// <summary>Reads a matrix (out, in) as the four-bit codes of the file (Q4_0, Q4_1); null where it has another type.</summary>
    /// <exception cref="ModelFileRejection">There is no tensor of that name, or its shape is not the expected one.</exception>
    internal GroupCodes? ReadCodes(string name, params long[] expectedShape)
    {
        Check(name, expectedShape);
        return _source.ReadCodes(name);
    }

    /// <summary>The tokenizer from files in the directory of the weights, otherwise from the GGUF file's metadata; null where there is none.</summary>
    /// <exception cref="ModelFileRejection">A tokenizer file is malformed, or needs a feature that is not supported.</exception>
    public Tokenizer? LoadTokenizer() =>
        Tokenizer.FromDirectory(_files.Directory)
        ?? (_source is GgufSource gguf ? Tokenizer.FromGguf(_files.Weights[0], gguf.Metadata) : null);

    /// <summary>
    /// The SHA-256 of the weights in lower-case hexadecimal: of the weight file, or, for several shards, of the lines "hash, two
    /// spaces, name, newline" in the order of the names. Computed once, by reading all files.
    /// </summary>
    public string Sha256() => _sha256.Value;

    public void Dispose() => _source.Dispose();

    private void Check(string name, long[] expectedShape)
    {
        if (!Tensors.TryGetValue(name, out var tensor))
        {
            throw new ModelFileRejection(_files.Weights[0], name, $"a tensor of shape {TensorShape.Describe(expectedShape)}", "no tensor of that name");
        }

        CheckpointLayout.CheckShape(name, tensor, expectedShape);
    }

    private static (ModelConfig Config, ITensorSource Source) OpenSafetensors(CheckpointFiles files)
    {
        var path = files.Beside(ConfigFile) ?? throw new ModelFileRejection(
            System.IO.Path.Combine(files.Directory, ConfigFile), null, "the model's configuration", "nothing at that path");
        return (ModelConfigReader.Read(path), SafetensorsSource.Open(files.Weights, files.Index));
    }

    private static (ModelConfig Config, ITensorSource Source) OpenGguf(CheckpointFiles files)
    {
        var gguf = GgufFile.Open(files.Weights[0]);
        try
        {
            var config = files.Beside(ConfigFile) is { } path ? ModelConfigReader.Read(path) : GgufModelConfig.Read(gguf);
            GgufModelConfig.CheckAgreement(gguf, config);
            return (config, new GgufSource(gguf, config));
        }
        catch
        {
            gguf.Dispose();
            throw;
        }
    }

    private string ComputeSha256()
    {
        string[] hashes = [.. _files.Weights.Select(Sha256Of)];
        if (hashes is [var only])
        {
            return only;
        }

        var lines = _files.Weights.Zip(hashes, (file, hash) => $"{hash}  {System.IO.Path.GetFileName(file)}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))));
    }

    private static string Sha256Of(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
