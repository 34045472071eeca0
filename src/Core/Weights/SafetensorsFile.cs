using CoLA.Core.Artifacts;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;
using TorchSharp;

namespace CoLA.Core.Weights;

/// <summary>
/// A safetensors file (https://github.com/huggingface/safetensors), memory-mapped and fully checked when it is opened: 8 bytes
/// of header length, a JSON header, and the bytes of the tensors without gaps or overlaps. Reading is thread-safe. Tensors that
/// were read stay valid after the file is closed.
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

    /// <summary>The tensors of the file by name.</summary>
    public IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>The <c>__metadata__</c> of the header; empty where there is none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="ModelFileRejection">The file is missing or violates the format; the tensor is named.</exception>
    public static SafetensorsFile Open(string path) => Of(MappedFile.Open(path));

    /// <summary>Checks a file that is mapped already, and takes ownership of the mapping.</summary>
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

    /// <summary>Reads a tensor to the CPU, in the file's dtype and shape.</summary>
    /// <exception cref="ModelFileRejection">The file has no tensor of that name.</exception>
    public torch.Tensor Read(string name) =>
        Entries.TryGetValue(name, out var entry)
            ? TensorBytes.Read(_file, entry.Offset, entry.DType, [.. entry.Shape])
            : throw new ModelFileRejection(Path, name, "a tensor of that name", "none");

    public void Dispose() => _file.Dispose();
}
