using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using CoLA.Core.Weights.Tensors;
using TorchSharp;

namespace CoLA.Core.Weights;

/// <summary>
/// Writes tensors in the safetensors format. The same tensors and metadata give the same bytes: tensors and metadata are sorted
/// ordinally by name, and the header is padded with spaces to a multiple of 8 bytes.
/// </summary>
public static class SafetensorsWriter
{
    /// <summary>
    /// Bytes per write. A stream without support for spans copies each write to a pooled array, and the array pool keeps arrays
    /// of that size.
    /// </summary>
    private const int BytesPerWrite = 1 << 20;

    /// <summary>
    /// Writes the tensors one after another to <paramref name="stream"/>, from its current position; the stream is neither flushed
    /// nor closed. The tensors may be on any device and need not be contiguous; the caller keeps owning them.
    /// </summary>
    /// <exception cref="ArgumentException">A tensor's dtype or name cannot be written.</exception>
    public static void Write(
        Stream stream,
        IReadOnlyDictionary<string, torch.Tensor> tensors,
        IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sorted = tensors.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        WriteHeader(stream, sorted, metadata);
        foreach (var (_, tensor) in sorted)
        {
            using var scope = torch.NewDisposeScope();
            TensorBytes.ForEachPiece(tensor.detach().cpu().contiguous(), (piece, _) =>
            {
                for (var at = 0; at < piece.Length; at += BytesPerWrite)
                {
                    stream.Write(piece[at..Math.Min(at + BytesPerWrite, piece.Length)]);
                }
            });
        }
    }

    private static void WriteHeader(
        Stream stream,
        List<KeyValuePair<string, torch.Tensor>> sorted,
        IReadOnlyDictionary<string, string>? metadata)
    {
        var header = new ArrayBufferWriter<byte>();
        header.Write(stackalloc byte[SafetensorsHeader.LengthBytes]); // Filled in when the length is known.
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            long offset = 0;
            foreach (var (name, tensor) in sorted)
            {
                offset = WriteEntry(json, name, tensor, offset);
            }

            json.WriteEndObject();
        }

        var padding = -header.WrittenCount & 7;
        header.GetSpan(padding)[..padding].Fill((byte)' ');
        header.Advance(padding);
        var bytes = header.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bytes.Length - SafetensorsHeader.LengthBytes);
        stream.Write(bytes);
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartObject(SafetensorsHeader.MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static long WriteEntry(Utf8JsonWriter json, string name, torch.Tensor tensor, long offset)
    {
        if (name == SafetensorsHeader.MetadataKey)
        {
            throw new ArgumentException($"{name} is the name of the metadata, not of a tensor", nameof(name));
        }

        var (dtype, size) = SafetensorsDType.Of(tensor.dtype);
        var end = offset + (tensor.numel() * size);
        json.WriteStartObject(name);
        json.WriteString("dtype", dtype);
        json.WriteStartArray("shape");
        foreach (var dimension in tensor.shape)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }
}
