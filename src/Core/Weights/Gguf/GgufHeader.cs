using System.Numerics;
using CoLA.Core.Artifacts;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;

namespace CoLA.Core.Weights.Gguf;

/// <summary>The metadata and the tensor table of a GGUF file of version 2 or 3, checked against the length of the file.</summary>
internal sealed class GgufHeader
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const uint DefaultAlignment = 32;
    private const int MaximumDimensions = 4;
    private const int MinimumMetadataBytes = 8 + 4 + 1;
    private const int MinimumTensorBytes = 8 + 4 + 8 + 4 + 8;

    private readonly MappedFile _file;
    private readonly GgufCursor _cursor;
    private readonly Dictionary<string, object> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GgufTensor> _tensors = new(StringComparer.Ordinal);

    private GgufHeader(MappedFile file)
    {
        _file = file;
        _cursor = new GgufCursor(file);
    }

    public IReadOnlyDictionary<string, object> Metadata => _metadata;

    public IReadOnlyDictionary<string, GgufTensor> Tensors => _tensors;

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="ModelFileRejection">The header violates the format; the key or tensor is named.</exception>
    public static GgufHeader Read(MappedFile file)
    {
        var header = new GgufHeader(file);
        header.Read();
        return header;
    }

    private void Read()
    {
        Require(_cursor.UInt32() == Magic, "the letters GGUF at its beginning", "other bytes: it is not a GGUF file");
        var version = _cursor.UInt32();
        Require(version is 2 or 3, "GGUF version 2 or 3, little endian", $"version {version}");
        var tensorCount = _cursor.Count("tensors", MinimumTensorBytes);
        var metadataCount = _cursor.Count("metadata entries", MinimumMetadataBytes);
        for (var index = 0; index < metadataCount; index++)
        {
            ReadMetadata();
        }

        var alignment = ReadAlignment();
        var relative = new List<(string Name, GgufTensor Tensor)>(tensorCount);
        for (var index = 0; index < tensorCount; index++)
        {
            relative.Add(ReadTensor(alignment));
        }

        _cursor.Subject = null;
        Place(relative, (_cursor.Position + alignment - 1) / alignment * alignment);
    }

    private void ReadMetadata()
    {
        _cursor.Subject = null;
        var key = _cursor.String();
        _cursor.Subject = key;
        Require(_metadata.TryAdd(key, _cursor.Value()), "one value", "the key a second time");
    }

    private uint ReadAlignment()
    {
        const string Key = "general.alignment";
        var alignment = _metadata.GetValueOrDefault(Key, DefaultAlignment);
        _cursor.Subject = Key;
        Require(alignment is uint number && BitOperations.IsPow2(number), "a power of two", alignment);
        return (uint)alignment;
    }

    private (string Name, GgufTensor Tensor) ReadTensor(uint alignment)
    {
        _cursor.Subject = "the tensor table";
        var name = _cursor.String();
        _cursor.Subject = name;
        var dimensions = _cursor.UInt32();
        Require(dimensions is >= 1 and <= MaximumDimensions, $"1 to {MaximumDimensions} dimensions", dimensions);
        var shape = new long[dimensions];
        for (var index = shape.Length - 1; index >= 0; index--)
        {
            var size = _cursor.UInt64();
            Require(size <= long.MaxValue, "a dimension that a tensor can have", size);
            shape[index] = (long)size;
        }

        var type = _cursor.UInt32();
        if (GgmlFormat.Of((GgmlType)type) is not { } format)
        {
            throw new ModelFileRejection(_file.Path, name, $"a type of {string.Join(", ", Enum.GetNames<GgmlType>())}", $"ggml type {type}");
        }

        Require(shape[^1] % format.BlockValues == 0, $"rows of whole blocks of {format.BlockValues} values", $"rows of {shape[^1]}");
        var bytes = TensorShape.ByteCount([.. shape[..^1], shape[^1] / format.BlockValues], format.BlockBytes);
        Require(bytes >= 0, "a tensor that fits the file", TensorShape.Describe(shape));
        var offset = _cursor.UInt64();
        Require(offset % alignment == 0, $"an offset that is a multiple of {alignment}", offset);
        Require(offset <= (ulong)_file.Length, $"an offset within the file's {_file.Length} bytes", offset);
        return (name, new GgufTensor((GgmlType)type, shape, (long)offset, bytes));
    }

    /// <summary>Makes tensor offsets relative to the beginning of the file, and checks that tensors end within the file and do not overlap.</summary>
    private void Place(List<(string Name, GgufTensor Tensor)> relative, long dataStart)
    {
        var end = dataStart;
        foreach (var (name, tensor) in relative.OrderBy(pair => pair.Tensor.Offset).ThenBy(pair => pair.Tensor.Length))
        {
            _cursor.Subject = name;
            var offset = dataStart + tensor.Offset;
            Require(offset >= end, $"an offset of at least {end - dataStart}, where another tensor ends", tensor.Offset);
            Require(
                tensor.Length <= _file.Length - offset,
                $"{tensor.Length} bytes at {offset}",
                $"the end of the file at {_file.Length}: it is truncated");
            Require(_tensors.TryAdd(name, tensor with { Offset = offset }), "one tensor of that name", "another");
            end = offset + tensor.Length;
        }
    }

    private void Require(bool holds, string expected, object found)
    {
        if (!holds)
        {
            throw new ModelFileRejection(_file.Path, _cursor.Subject, expected, $"{found}");
        }
    }
}
