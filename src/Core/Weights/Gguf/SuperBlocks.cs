using System.Buffers.Binary;

namespace CoLA.Core.Weights.Gguf;

/// <summary>
/// The K types: super-blocks of 256 values in groups of 16 or 32, each group with a small scale (and minimum) of its
/// own, which a float16 scale d (and dmin) of the whole multiplies. Bits beyond the low ones lie in planes: value v
/// takes its bits from byte v mod 32 of a run, shifted by which 32 it belongs to.
/// </summary>
internal static class SuperBlocks
{
    private const int Values = 256;
    private const int Run = 32;
    private const int SmallGroup = 16;

    /// <summary>16 bytes of scale and minimum nibbles, 64 of 2-bit values, d, dmin: (d scale) q - (dmin minimum), groups of 16.</summary>
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

    /// <summary>32 bytes of high bits, 64 of 2-bit values, 12 of 6-bit scales, d: (d (scale - 32)) (q - 4 where the high bit is 0), groups of 16.</summary>
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

    /// <summary>d, dmin, 12 bytes of 6-bit scales and minima, 128 of nibbles: (d scale) q - (dmin minimum), groups of 32.</summary>
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

    /// <summary>As Q4_K, with 32 bytes of fifth bits before the nibbles.</summary>
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

    /// <summary>128 bytes of low nibbles, 64 of 2 high bits, 16 signed scales, d: (d scale) (q - 32), groups of 16.</summary>
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

    /// <summary>The 16 bytes that hold a group's 2-bit values, and by how much to shift them.</summary>
    private static ReadOnlySpan<byte> TwoBits(ReadOnlySpan<byte> plane, int group, out int shift)
    {
        shift = group / 2 % 4 * 2;
        return plane.Slice((group / 8 * Run) + (group % 2 * SmallGroup), SmallGroup);
    }

    /// <summary>
    /// Of Q4_K and Q5_K. Twelve bytes hold eight 6-bit scales and minima: groups 0 to 3 in the low six bits of bytes
    /// 0..3 and 4..7; groups 4 to 7 with their low nibbles in bytes 8..11 and their two high bits on top of the others.
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
