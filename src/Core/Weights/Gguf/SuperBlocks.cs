using System.Buffers.Binary;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// Dequantises ggml's K types: super-blocks of 256 values in groups of 16 or 32. Each group has a small integer scale (and
/// minimum), which is multiplied by the float16 scale d (and dmin) of the super-block. High bits are stored in bit planes: value
/// v takes its bits from byte v mod 32 of a run, shifted by the index of its run of 32 values.
/// </summary>
internal static class SuperBlocks
{
    private const int Values = 256;
    private const int Run = 32;
    private const int SmallGroup = 16;

    /// <summary>Groups of 16: (d scale) q - (dmin minimum). Bytes: 16 of scale and minimum nibbles, 64 of 2-bit values, d, dmin.</summary>
    public static void Q2_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 84;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var (scale, minimumScale) = (Scale(blocks[80..]), Scale(blocks[82..]));
            for (var group = 0; group < Values / SmallGroup; group++)
            {
                var groupScale = scale * (blocks[group] & 15);
                var minimum = minimumScale * (blocks[group] >> 4);
                var bits = TwoBits(blocks.Slice(16, 64), group, out var shift);
                var target = values.Slice(group * SmallGroup, SmallGroup);
                for (var index = 0; index < target.Length; index++)
                {
                    target[index] = (groupScale * ((bits[index] >> shift) & 3)) - minimum;
                }
            }
        }
    }

    /// <summary>
    /// Groups of 16: (d (scale - 32)) q, with q - 4 instead of q where the high bit is 0. Bytes: 32 of high bits, 64 of 2-bit
    /// values, 12 of 6-bit scales, d.
    /// </summary>
    public static void Q3_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 110;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var scale = Scale(blocks[108..]);
            var scales = blocks.Slice(96, 12);
            for (var group = 0; group < Values / SmallGroup; group++)
            {
                var low = (scales[group % 8] >> (group / 8 * 4)) & 15;
                var high = (scales[8 + (group % 4)] >> (group / 4 * 2)) & 3;
                var groupScale = scale * ((low | (high << 4)) - 32);
                var bits = TwoBits(blocks.Slice(32, 64), group, out var shift);
                var highBits = blocks.Slice(group % 2 * SmallGroup, SmallGroup);
                var plane = group / 2;
                var target = values.Slice(group * SmallGroup, SmallGroup);
                for (var index = 0; index < target.Length; index++)
                {
                    var missing = ~(highBits[index] >> plane) & 1;
                    target[index] = groupScale * (((bits[index] >> shift) & 3) - (missing << 2));
                }
            }
        }
    }

    /// <summary>Groups of 32: (d scale) q - (dmin minimum). Bytes: d, dmin, 12 of 6-bit scales and minima, 128 of nibbles.</summary>
    public static void Q4_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 144;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            for (var group = 0; group < Values / Run; group++)
            {
                var (groupScale, minimum) = ScaleAndMinimum(blocks, group);
                var nibbles = blocks.Slice(16 + (group / 2 * Run), Run);
                var shift = group % 2 * 4;
                var target = values.Slice(group * Run, Run);
                for (var index = 0; index < target.Length; index++)
                {
                    target[index] = (groupScale * ((nibbles[index] >> shift) & 15)) - minimum;
                }
            }
        }
    }

    /// <summary>Like Q4_K, with 32 bytes of fifth bits before the nibbles.</summary>
    public static void Q5_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 176;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var fifthBits = blocks.Slice(16, Run);
            for (var group = 0; group < Values / Run; group++)
            {
                var (groupScale, minimum) = ScaleAndMinimum(blocks, group);
                var nibbles = blocks.Slice(48 + (group / 2 * Run), Run);
                var shift = group % 2 * 4;
                var target = values.Slice(group * Run, Run);
                for (var index = 0; index < target.Length; index++)
                {
                    var quant = ((nibbles[index] >> shift) & 15) | (((fifthBits[index] >> group) & 1) << 4);
                    target[index] = (groupScale * quant) - minimum;
                }
            }
        }
    }

    /// <summary>Groups of 16: (d scale) (q - 32). Bytes: 128 of low nibbles, 64 of two high bits each, 16 signed scales, d.</summary>
    public static void Q6_K(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        const int Bytes = 210;
        for (; blocks.Length >= Bytes; blocks = blocks[Bytes..], values = values[Values..])
        {
            var scale = Scale(blocks[208..]);
            for (var group = 0; group < Values / SmallGroup; group++)
            {
                var groupScale = scale * (sbyte)blocks[192 + group];
                var run = group / 2;
                var offset = group % 2 * SmallGroup;
                var nibbles = blocks.Slice((run / 4 * 64) + (run % 2 * Run) + offset, SmallGroup);
                var nibbleShift = run % 4 / 2 * 4;
                var highBits = blocks.Slice(128 + (run / 4 * Run) + offset, SmallGroup);
                var highShift = run % 4 * 2;
                var target = values.Slice(group * SmallGroup, SmallGroup);
                for (var index = 0; index < target.Length; index++)
                {
                    var quant = ((nibbles[index] >> nibbleShift) & 15) | (((highBits[index] >> highShift) & 3) << 4);
                    target[index] = groupScale * (quant - 32);
                }
            }
        }
    }

    private static float Scale(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary>The 16 bytes that hold the 2-bit values of a group, and the number of bits to shift them by.</summary>
    private static ReadOnlySpan<byte> TwoBits(ReadOnlySpan<byte> plane, int group, out int shift)
    {
        shift = group / 2 % 4 * 2;
        return plane.Slice((group / 8 * Run) + (group % 2 * SmallGroup), SmallGroup);
    }

    /// <summary>
    /// The scale and minimum of a group of Q4_K or Q5_K. Twelve bytes hold eight 6-bit scales and eight 6-bit minima. Groups 0 to
    /// 3 are in the low six bits of bytes 0..3 (scales) and 4..7 (minima). Groups 4 to 7 have their low nibbles in bytes 8..11 and
    /// their two high bits in the top bits of bytes 0..7.
    /// </summary>
    private static (float Scale, float Minimum) ScaleAndMinimum(ReadOnlySpan<byte> block, int group)
    {
        var packed = block.Slice(4, 12);
        var (scale, minimum) = group < 4
            ? (packed[group] & 63, packed[group + 4] & 63)
            : ((packed[group + 4] & 15) | ((packed[group - 4] >> 6) << 4), (packed[group + 4] >> 4) | ((packed[group] >> 6) << 4));
        return (Scale(block) * scale, Scale(block[2..]) * minimum);
    }
}
