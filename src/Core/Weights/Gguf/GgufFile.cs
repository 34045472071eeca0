using System.Runtime.InteropServices;
using CoLA.Core.Artifacts;
using CoLA.Core.Matrices;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;
using TorchSharp;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// A GGUF file (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md), memory-mapped and checked when it is opened. It
/// knows the container and the storage types but nothing about models: tensor names and the order of rows are those of the file.
/// </summary>
internal sealed class GgufFile : IDisposable
{
    private const int ParallelBlocks = 2048;

    private readonly MappedFile _file;

    private GgufFile(MappedFile file, GgufHeader header)
    {
        _file = file;
        Metadata = header.Metadata;
        Tensors = header.Tensors;
    }

    public string Path => _file.Path;

    /// <summary>The metadata, with values of the file's types: uint, float, bool, string, string[], float[], int[] and so on.</summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>The tensors by the file's names.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors { get; }

    /// <summary>Opens and checks a file.</summary>
    /// <exception cref="ModelFileRejection">The file is missing or violates the format; the key or tensor is named.</exception>
    public static GgufFile Open(string path)
    {
        var file = MappedFile.Open(path);
        try
        {
            return new GgufFile(file, GgufHeader.Read(file));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor to the CPU: F32, F16 and BF16 in their dtype, quantised types as their exact F32 values.</summary>
    /// <exception cref="ModelFileRejection">The file has no tensor of that name.</exception>
    public torch.Tensor Read(string name)
    {
        var entry = Entry(name);
        return entry.Type switch
        {
            GgmlType.F32 => TensorBytes.Read(_file, entry.Offset, torch.ScalarType.Float32, [.. entry.Shape]),
            GgmlType.F16 => TensorBytes.Read(_file, entry.Offset, torch.ScalarType.Float16, [.. entry.Shape]),
            GgmlType.BF16 => TensorBytes.Read(_file, entry.Offset, torch.ScalarType.BFloat16, [.. entry.Shape]),
            _ => Dequantise(entry, GgmlFormat.Of(entry.Type)!),
        };
    }

    /// <summary>Reads a matrix of type Q4_0 or Q4_1 as its codes; null for other types.</summary>
    /// <exception cref="ModelFileRejection">The file has no tensor of that name.</exception>
    public GroupCodes? ReadCodes(string name)
    {
        var entry = Entry(name);
        if (entry.Type is not (GgmlType.Q4_0 or GgmlType.Q4_1) || entry.Shape is not [var rows, var columns])
        {
            return null;
        }

        var format = GgmlFormat.Of(entry.Type)!;
        var codes = torch.empty(rows, columns, torch.ScalarType.Byte, torch.CPU);
        var scales = torch.empty(rows, columns / GroupCodes.Group, torch.ScalarType.Float32, torch.CPU);
        var minima = torch.empty_like(scales);
        TensorBytes.ForEachPiece(codes, (piece, firstValue) =>
        {
            var first = firstValue / format.BlockValues;
            var count = piece.Length / format.BlockValues;
            Blocks.Codes(
                entry.Type,
                _file.Span(entry.Offset + (first * format.BlockBytes), count * format.BlockBytes),
                piece,
                MemoryMarshal.Cast<byte, float>(scales.bytes).Slice((int)first, count),
                MemoryMarshal.Cast<byte, float>(minima.bytes).Slice((int)first, count));
        });
        return new GroupCodes(codes, scales, minima);
    }

    public void Dispose() => _file.Dispose();

    private GgufTensor Entry(string name) => Tensors.GetValueOrDefault(name) ?? throw new ModelFileRejection(Path, name, "a tensor of that name", "none");

    private torch.Tensor Dequantise(GgufTensor entry, GgmlFormat format)
    {
        var tensor = torch.empty([.. entry.Shape], torch.ScalarType.Float32, torch.CPU);
        TensorBytes.ForEachPiece(tensor, (piece, firstValue) =>
            Dequantise(entry.Offset + (firstValue / format.BlockValues * format.BlockBytes), format, MemoryMarshal.Cast<byte, float>(piece)));
        return tensor;
    }

    private unsafe void Dequantise(long offset, GgmlFormat format, Span<float> values)
    {
        var blocks = values.Length / format.BlockValues;
        fixed (float* pinned = values)
        {
            var target = pinned;
            Parallel.For(0, (blocks + ParallelBlocks - 1) / ParallelBlocks, part =>
            {
                var first = part * ParallelBlocks;
                var count = Math.Min(ParallelBlocks, blocks - first);
                format.Dequantise!(
                    _file.Span(offset + ((long)first * format.BlockBytes), count * format.BlockBytes),
                    new Span<float>(target + ((long)first * format.BlockValues), count * format.BlockValues));
            });
        }
    }
}
