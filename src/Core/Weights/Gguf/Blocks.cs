using System.Buffers.Binary;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// Dequantises ggml's blocks of 32 values. A block has one float16 scale d and, in the _1 types, one float16 minimum m:
/// value = d q + m. The low nibbles of the 16 bytes are the first 16 values, the high nibbles the other 16. The product and the
/// sum are each rounded to float32, as in ggml's reference code.
/// </summary>
internal static class Blocks
{
    private const int Values = 32;
    private const int Half = 16;

    public static void Q4_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 18;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var scale = Scale(blocks);
            var nibbles = blocks.Slice(2, Half);
            var first = values[..Half];
            var second = values.Slice(Half, Half);
            for (var index = 0; index < nibbles.Length; index++)
            {
                first[index] = scale * ((nibbles[index] & 15) - 8);
                second[index] = scale * ((nibbles[index] >> 4) - 8);
            }
        }
    }

    public static void Q4_1(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 20;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var (scale, minimum) = (Scale(blocks), Scale(blocks[2..]));
            var nibbles = blocks.Slice(4, Half);
            var first = values[..Half];
            var second = values.Slice(Half, Half);
            for (var index = 0; index < nibbles.Length; index++)
            {
                first[index] = (scale * (nibbles[index] & 15)) + minimum;
                second[index] = (scale * (nibbles[index] >> 4)) + minimum;
            }
        }
    }

    public static void Q5_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 22;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var scale = Scale(blocks);
            var fifthBits = BinaryPrimitives.ReadUInt32LittleEndian(blocks[2..]);
            var nibbles = blocks.Slice(6, Half);
            for (var index = 0; index < Half; index++)
            {
                values[index] = scale * (FirstOfFive(nibbles[index], fifthBits, index) - 16);
                values[index + Half] = scale * (SecondOfFive(nibbles[index], fifthBits, index) - 16);
            }
        }
    }

    public static void Q5_1(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 24;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var (scale, minimum) = (Scale(blocks), Scale(blocks[2..]));
            var fifthBits = BinaryPrimitives.ReadUInt32LittleEndian(blocks[4..]);
            var nibbles = blocks.Slice(8, Half);
            for (var index = 0; index < Half; index++)
            {
                values[index] = (scale * FirstOfFive(nibbles[index], fifthBits, index)) + minimum;
                values[index + Half] = (scale * SecondOfFive(nibbles[index], fifthBits, index)) + minimum;
            }
        }
    }

    public static void Q8_0(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 34;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var scale = Scale(blocks);
            var quants = blocks.Slice(2, Values);
            var target = values[..Values];
            for (var index = 0; index < quants.Length; index++)
            {
                target[index] = scale * (sbyte)quants[index];
            }
        }
    }

    /// <summary>Splits blocks of Q4_0 or Q4_1 into codes, scales and minima: value = scale x code + minimum. For Q4_0 the minimum is -8 d.</summary>
    public static void Codes(GgmlType type, ReadOnlySpan<byte> blocks, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        var header = type == GgmlType.Q4_0 ? 2 : 4;
        for (var block = 0; block < scales.Length; block++)
        {
            scales[block] = Scale(blocks);
            minima[block] = type == GgmlType.Q4_0 ? -8 * scales[block] : Scale(blocks[2..]);
            var nibbles = blocks.Slice(header, Half);
            for (var index = 0; index < nibbles.Length; index++)
            {
                codes[index] = (byte)(nibbles[index] & 15);
                codes[index + Half] = (byte)(nibbles[index] >> 4);
            }

            blocks = blocks[(header + Half)..];
            codes = codes[Values..];
        }
    }

    private static float Scale(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    private static int FirstOfFive(byte nibbles, uint fifthBits, int index) =>
        (nibbles & 15) | ((int)((fifthBits >> index) & 1) << 4);

    private static int SecondOfFive(byte nibbles, uint fifthBits, int index) =>
        (nibbles >> 4) | ((int)((fifthBits >> (index + Half)) & 1) << 4);
}
