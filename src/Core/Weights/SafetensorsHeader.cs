using System.Buffers.Binary;
using System.Text.Json;
using CoLA.Core.Artifacts;
using CoLA.Core.Rejections;
using CoLA.Core.Weights.Tensors;

namespace CoLA.Core.Weights;

/// <summary>The JSON header of a safetensors file, checked against the length of the file.</summary>
internal sealed class SafetensorsHeader
{
    /// <summary>The key of the metadata in the header.</summary>
    public const string MetadataKey = "__metadata__";
    /// <summary>Bytes of the header's length.</summary>
    public const int LengthBytes = 8;

    /// <summary>The maximum bytes of the header, as in the reference implementation.</summary>
    public const int MaximumLength = 100_000_000;

    private readonly string _path;
    private readonly long _dataStart;
    private readonly long _dataLength;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string path, long dataStart, long dataLength)
    {
        _path = path;
        _dataStart = dataStart;
        _dataLength = dataLength;
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>Reads and checks the header.</summary>
    /// <exception cref="ModelFileRejection">The header violates the format; the tensor is named.</exception>
    public static SafetensorsHeader Read(MappedFile file)
    {
        if (file.Length < LengthBytes)
        {
            throw new ModelFileRejection(file.Path, null, "at least 8 bytes (the header's length)", $"{file.Length} bytes");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(file.Span(0, LengthBytes));
        if (length > MaximumLength || (long)length > file.Length - LengthBytes)
        {
            throw new ModelFileRejection(
                file.Path,
                null,
                $"a header of at most {Math.Min(MaximumLength, file.Length - LengthBytes)} bytes",
                $"{length}; the file is truncated or no safetensors file");
        }

        var dataStart = LengthBytes + (long)length;
        var header = new SafetensorsHeader(file.Path, dataStart, file.Length - dataStart);
        try
        {
            using var json = JsonDocument.Parse(
                file.Span(LengthBytes, (int)length).ToArray(),
                new JsonDocumentOptions { AllowDuplicateProperties = false });
            header.ReadObject(json.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not UTF-8 or holds half a surrogate pair.
            throw new ModelFileRejection(file.Path, null, "a header that is well-formed JSON", exception.Message);
        }

        header.CheckThatBytesAreUsedOnce();
        return header;
    }

    private void ReadObject(JsonElement root)
    {
        Require(root.ValueKind == JsonValueKind.Object, null, "a JSON object as header", root.ValueKind);
        foreach (var property in root.EnumerateObject())
        {
            Require(property.Value.ValueKind == JsonValueKind.Object, property.Name, "a JSON object", property.Value.ValueKind);
            if (property.Name == MetadataKey)
            {
                ReadMetadata(property.Value);
            }
            else
            {
                _entries.Add(property.Name, ReadEntry(property.Name, property.Value));
            }
        }
    }

    private void ReadMetadata(JsonElement metadata)
    {
        foreach (var property in metadata.EnumerateObject())
        {
            Require(property.Value.ValueKind == JsonValueKind.String, $"{MetadataKey}.{property.Name}", "a string", property.Value.ValueKind);
            _metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private TensorEntry ReadEntry(string name, JsonElement entry)
    {
        var dtypeName = entry.TryGetProperty("dtype", out var dtypeElement) && dtypeElement.ValueKind == JsonValueKind.String
            ? dtypeElement.GetString()!
            : throw new ModelFileRejection(_path, name, "a string dtype", "none");
        if (!SafetensorsDType.TryParse(dtypeName, out var dtype, out var size))
        {
            throw new ModelFileRejection(_path, name, $"a dtype of {SafetensorsDType.Names}", dtypeName);
        }

        var shape = ReadNumbers(name, entry, "shape");
        var offsets = ReadNumbers(name, entry, "data_offsets");
        Require(offsets.Length == 2, name, "two data_offsets", offsets.Length);
        Require(
            offsets[0] <= offsets[1] && offsets[1] <= _dataLength,
            name,
            $"data_offsets that ascend within the file's {_dataLength} bytes of data",
            $"{offsets[0]}..{offsets[1]}");
        var length = offsets[1] - offsets[0];
        Require(
            TensorShape.ByteCount(shape, size) == length,
            name,
            $"as many bytes as shape {TensorShape.Describe(shape)} of {dtypeName} takes",
            $"{length} bytes");
        return new TensorEntry(dtype, shape, _dataStart + offsets[0], length);
    }

    private long[] ReadNumbers(string name, JsonElement entry, string key)
    {
        if (!entry.TryGetProperty(key, out var array) || array.ValueKind != JsonValueKind.Array)
        {
            throw new ModelFileRejection(_path, name, $"an array {key}", "none");
        }

        var numbers = new long[array.GetArrayLength()];
        for (var index = 0; index < numbers.Length; index++)
        {
            var element = array[index];
            Require(
                element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out numbers[index]) && numbers[index] >= 0,
                name,
                $"whole numbers of at least 0 in {key}",
                element.GetRawText());
        }

        return numbers;
    }

    private void CheckThatBytesAreUsedOnce()
    {
        var end = _dataStart;
        foreach (var (name, entry) in _entries.OrderBy(pair => pair.Value.Offset).ThenBy(pair => pair.Value.Length))
        {
            Require(
                entry.Offset == end,
                name,
                $"data_offsets that begin at {end - _dataStart}, where the tensor before it ends",
                $"{entry.Offset - _dataStart} ({(entry.Offset < end ? "an overlap" : "a hole")})");
            end = entry.Offset + entry.Length;
        }

        var used = end - _dataStart;
        Require(used == _dataLength, null, $"{used} bytes of data, as the header says", _dataLength);
    }

    private void Require(bool holds, string? tensor, string expected, object found)
    {
        if (!holds)
        {
            throw new ModelFileRejection(_path, tensor, expected, $"{found}");
        }
    }
}
