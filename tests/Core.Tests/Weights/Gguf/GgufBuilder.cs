using System.Text;

namespace CoLA.Core.Tests.Weights.Gguf;

/// <summary>Writes small GGUF files: valid ones, and invalid ones byte for byte as the test asks.</summary>
internal sealed class GgufBuilder
{
    private const int Alignment = 32;

    private readonly List<(string Key, object Value)> _metadata = [];
    private readonly List<(string Name, long[] Shape, uint Type, byte[] Data)> _tensors = [];

    public uint Version { get; init; } = 3;

    public ulong? TensorCount { get; init; }

    public ulong? MetadataCount { get; init; }

    /// <summary>A number that is added to the last tensor's offset in the tensor table, to make it wrong.</summary>
    public long OffsetError { get; init; }

    public GgufBuilder With(string key, object value)
    {
        _metadata.Add((key, value));
        return this;
    }

    /// <param name="name">The name in the file.</param>
    /// <param name="shape">The dimensions, slowest first.</param>
    /// <param name="type">The number of the storage type in the format.</param>
    /// <param name="data">The tensor's bytes.</param>
    public GgufBuilder WithTensor(string name, long[] shape, uint type, byte[] data)
    {
        _tensors.Add((name, shape, type, data));
        return this;
    }

    public GgufBuilder WithTensor(string name, long[] shape, params float[] values) =>
        WithTensor(name, shape, 0, [.. values.SelectMany(BitConverter.GetBytes)]);

    public byte[] Build()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write(TensorCount ?? (ulong)_tensors.Count);
        writer.Write(MetadataCount ?? (ulong)_metadata.Count);
        foreach (var (key, value) in _metadata)
        {
            Write(writer, key);
            WriteTyped(writer, value);
        }

        long offset = 0;
        foreach (var (index, (name, shape, type, data)) in _tensors.Index())
        {
            Write(writer, name);
            writer.Write((uint)shape.Length);
            foreach (var size in shape.Reverse())
            {
                writer.Write(size);
            }

            writer.Write(type);
            writer.Write(offset + (index == _tensors.Count - 1 ? OffsetError : 0));
            offset = Aligned(offset + data.Length);
        }

        foreach (var (_, _, _, data) in _tensors)
        {
            writer.Write(new byte[Aligned(stream.Position) - stream.Position]);
            writer.Write(data);
        }

        return stream.ToArray();
    }

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void Write(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void WriteTyped(BinaryWriter writer, object value)
    {
        if (value is Array array)
        {
            writer.Write(9u);
            writer.Write(TypeOf(array.GetType().GetElementType()!));
            writer.Write((ulong)array.Length);
            foreach (var item in array)
            {
                WriteValue(writer, item);
            }
        }
        else
        {
            writer.Write(TypeOf(value.GetType()));
            WriteValue(writer, value);
        }
    }

    private static uint TypeOf(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => 0,
        TypeCode.UInt32 => 4,
        TypeCode.Int32 => 5,
        TypeCode.Single => 6,
        TypeCode.Boolean => 7,
        TypeCode.String => 8,
        TypeCode.UInt64 => 10,
        var other => throw new ArgumentException($"no metadata of type {other} is needed yet", nameof(type)),
    };

    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case bool flag: writer.Write(flag); break;
            case string text: Write(writer, text); break;
            case ulong number: writer.Write(number); break;
            default: throw new ArgumentException($"no metadata like {value} is needed yet", nameof(value));
        }
    }
}
