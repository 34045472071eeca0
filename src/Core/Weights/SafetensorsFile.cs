using CoLA.Core.Artifacts;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;
using TorchSharp;

namespace CoLA.Core.Weights;

/// <summary>
/// A safetensors file, memory-mapped and checked whole when it is opened: 8 bytes of header length, a JSON header,
/// and the tensors' bytes without gap or overlap (https://github.com/huggingface/safetensors).
/// Reading is thread-safe; tensors read from it stay valid after it is closed.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    private readonly MappedFile _file;

    private SafetensorsFile(MappedFile file, SafetensorsHeader header)
    {
        _file = file;
        Entries = header.Entries;
        Metadata = header.Metadata;
    }

    public string Path => _file.Path;

    /// <summary>Every tensor of the file by its name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>The header's <c>__metadata__</c>; empty where it has none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <exception cref="ModelFileRejection">The file is absent or breaks the format; the tensor concerned is named.</exception>
    public static SafetensorsFile Open(string path) => Of(MappedFile.Open(path));

    /// <summary>The same of a file that is mapped already, which becomes this one's.</summary>
    internal static SafetensorsFile Of(MappedFile file)
    {
        try
        {
            return new SafetensorsFile(file, SafetensorsHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A new tensor on the CPU, in the file's dtype and shape.</summary>
    /// <exception cref="ModelFileRejection">The file has no tensor of that name.</exception>
    public torch.Tensor Read(string name) =>
        Entries.TryGetValue(name, out var entry)
            ? TensorBytes.Read(_file, entry.Offset, entry.DType, [.. entry.Shape])
            : throw new ModelFileRejection(Path, name, "a tensor of that name", "none");

    public void Dispose() => _file.Dispose();
}
