using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using CoLA.Core.Artifacts;
using CoLA.Core.Rejections;

namespace CoLA.Core.Weights.Gguf;

/// <summary>Reads little-endian values one after another, never past the end of the file.</summary>
internal sealed class GgufCursor(MappedFile file)
{
    private const int MaximumArrayDepth = 8;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The key or tensor that is being read, for error messages.</summary>
    public string? Subject { get; set; }

    /// <summary>The offset of the next byte.</summary>
    public long Position { get; private set; }

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>Reads a count of items that take at least <paramref name="minimumBytes"/> each, and refuses more than fit in the rest of the file.</summary>
    public int Count(string things, int minimumBytes)
    {
        var count = UInt64();
        var possible = Math.Min(int.MaxValue, (file.Length - Position) / minimumBytes);
        return count <= (ulong)possible
            ? (int)count
            : throw new ModelFileRejection(file.Path, Subject, $"at most {possible} {things} in the rest of the file", $"{count}");
    }

    public string String()
    {
        try
        {
            return StrictUtf8.GetString(Take(Count("bytes of text", 1)));
        }
        catch (DecoderFallbackException exception)
        {
            throw new ModelFileRejection(file.Path, Subject, "text in UTF-8", exception.Message);
        }
    }

    /// <summary>Reads a metadata value: a number, a bool, a string, or an array of these (T[], or object[] for nested arrays).</summary>
    public object Value(int depth = 0) => Value(UInt32(), depth);

    private object Value(uint type, int depth) => type switch
    {
        0 => Take(1)[0],
        1 => (sbyte)Take(1)[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
        3 => BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
        4 => UInt32(),
        5 => BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
        6 => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        7 => Bool(),
        8 => String(),
        9 => Array(depth + 1),
        10 => UInt64(),
        11 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
        12 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        _ => throw new ModelFileRejection(file.Path, Subject, "a metadata type in 0..12", $"{type}"),
    };

    private object Array(int depth)
    {
        if (depth > MaximumArrayDepth)
        {
            throw new ModelFileRejection(file.Path, Subject, $"arrays at most {MaximumArrayDepth} deep", "deeper ones");
        }

        var type = UInt32();
        return type switch
        {
            0 => Numbers<byte>(),
            1 => Numbers<sbyte>(),
            2 => Numbers<ushort>(),
            3 => Numbers<short>(),
            4 => Numbers<uint>(),
            5 => Numbers<int>(),
            6 => Numbers<float>(),
            7 => Items(1, Bool),
            8 => Items(8, String),
            9 => Items(12, () => Array(depth + 1)),
            10 => Numbers<ulong>(),
            11 => Numbers<long>(),
            12 => Numbers<double>(),
            _ => throw new ModelFileRejection(file.Path, Subject, "an array of a metadata type in 0..12", $"{type}"),
        };
    }

    private T[] Numbers<T>()
        where T : unmanaged
    {
        var size = Marshal.SizeOf<T>();
        var bytes = (long)Count("numbers", size) * size;
        return bytes <= int.MaxValue
            ? MemoryMarshal.Cast<byte, T>(Take((int)bytes)).ToArray()
            : throw new ModelFileRejection(file.Path, Subject, "an array of less than 2 GiB", $"{bytes} bytes");
    }

    private T[] Items<T>(int minimumBytes, Func<T> read)
    {
        var items = new T[Count("items", minimumBytes)];
        for (var index = 0; index < items.Length; index++)
        {
            items[index] = read();
        }

        return items;
    }

    private bool Bool() => Take(1)[0] switch
    {
        0 => false,
        1 => true,
        var other => throw new ModelFileRejection(file.Path, Subject, "a bool of 0 or 1", $"{other}"),
    };

    private ReadOnlySpan<byte> Take(int bytes)
    {
        if (bytes > file.Length - Position)
        {
            throw new ModelFileRejection(
                file.Path, Subject, $"{bytes} more bytes at {Position}", $"the end of the file at {file.Length}: it is truncated");
        }

        var span = file.Span(Position, bytes);
        Position += bytes;
        return span;
    }
}
