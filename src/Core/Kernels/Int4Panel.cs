using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CoLA.Core.Kernels;

/// <summary>
/// A panel of 16 columns of four-bit codes (0 to 15) in groups of 32 rows: value = scale x code + minimum. A group holds 16
/// float32 scales, 16 float32 minima, and 4 x 16 words; a word holds the codes of one column in eight rows, the first row in
/// the lowest bits. Each value is rounded once, which gives exactly the values of GGUF's Q4_0 and Q4_1. A product is
/// bit-equal to the product with a <see cref="PanelKind.Float"/> panel of the same values.
/// </summary>
internal static unsafe class Int4Panel
{
    /// <summary>Rows per group; the rows of a matrix must be a multiple of it.</summary>
    public const int Group = 32;

    private const int RowsPerWord = 8;
    private const int Words = Group / RowsPerWord;
    private const int MinimaAt = Panels.Width * sizeof(float);
    private const int CodesAt = 2 * MinimaAt;
    private const int LineBytes = 64;
    private const int GroupBytes = CodesAt + Words * LineBytes;

    /// <summary>How many groups ahead memory is prefetched.</summary>
    private const int GroupsAhead = 3;

    /// <summary>Bytes of a panel with <paramref name="in"/> rows.</summary>
    public static nint Bytes(int @in) => (nint)(@in / Group) * GroupBytes;

    /// <summary>The value in row <paramref name="k"/> and column <paramref name="column"/>.</summary>
    public static float Value(byte* panel, int k, int column)
    {
        var group = panel + (nint)(k / Group) * GroupBytes;
        var word = WordsOf(group)[k % Group / RowsPerWord * Panels.Width + column];
        return MathF.FusedMultiplyAdd(Scales(group)[column], word >> (k % RowsPerWord * 4) & 15, Minima(group)[column]);
    }

    /// <summary>Writes the 32 codes of one column and group, with their scale and minimum, into a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(byte* panel, int group, int column, byte* codes, float scale, float minimum)
    {
        var start = panel + (nint)group * GroupBytes;
        Scales(start)[column] = scale;
        Minima(start)[column] = minimum;
        for (var word = 0; word < Words; word++)
        {
            var packed = 0u;
            for (var row = RowsPerWord - 1; row >= 0; row--)
            {
                packed = packed << 4 | codes[word * RowsPerWord + row];
            }

            WordsOf(start)[word * Panels.Width + column] = packed;
        }
    }

    /// <summary>Dequantises rows k .. k + depth - 1 to (depth, 16). Both numbers are multiples of <see cref="Group"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(byte* panel, int k, int depth, float* to)
    {
        for (var group = panel + (nint)(k / Group) * GroupBytes; depth > 0; depth -= Group, group += GroupBytes)
        {
            Prefetch(group);
            if (Vector512.IsHardwareAccelerated)
            {
                ReadWide(group, to);
            }
            else
            {
                ReadHalf(group, 0, to);
                ReadHalf(group, Panels.Width / 2, to);
            }

            to += Group * Panels.Width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadWide(byte* group, float* to)
    {
        Vector512<float> scale = Vector512.Load(Scales(group)), minimum = Vector512.Load(Minima(group));
        for (var word = 0; word < Words; word++)
        {
            var codes = Vector512.Load(WordsOf(group) + word * Panels.Width);
            for (var row = 0; row < RowsPerWord; row++, to += Panels.Width)
            {
                Value(codes, scale, minimum).Store(to);
                codes >>>= 4;
            }
        }
    }

    /// <summary>Dequantises eight columns of a group, from <paramref name="column"/> on, with AVX2 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ReadHalf(byte* group, int column, float* to)
    {
        Vector256<float> scale = Vector256.Load(Scales(group) + column), minimum = Vector256.Load(Minima(group) + column);
        to += column;
        for (var word = 0; word < Words; word++)
        {
            var codes = Vector256.Load(WordsOf(group) + word * Panels.Width + column);
            for (var row = 0; row < RowsPerWord; row++, to += Panels.Width)
            {
                Vector256.FusedMultiplyAdd(scale, Vector256.ConvertToSingle((codes & Vector256.Create(15u)).AsInt32()), minimum).Store(to);
                codes >>>= 4;
            }
        }
    }

    /// <summary>y (4 x 16) += x (in) times four neighbouring panels, with AVX-512 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddFourOfOneRow(byte* panels, int @in, float* x, float* y)
    {
        var stride = Bytes(@in);
        byte* p0 = panels, p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride;
        Vector512<float> y0 = Vector512.Load(y), y1 = Vector512.Load(y + 16), y2 = Vector512.Load(y + 32), y3 = Vector512.Load(y + 48);
        for (var k = 0; k < @in; k += Group)
        {
            Prefetch(p0);
            Prefetch(p1);
            Prefetch(p2);
            Prefetch(p3);
            Vector512<float> s0 = Vector512.Load(Scales(p0)), s1 = Vector512.Load(Scales(p1)), s2 = Vector512.Load(Scales(p2)), s3 = Vector512.Load(Scales(p3));
            Vector512<float> m0 = Vector512.Load(Minima(p0)), m1 = Vector512.Load(Minima(p1)), m2 = Vector512.Load(Minima(p2)), m3 = Vector512.Load(Minima(p3));
            for (var word = 0; word < Words; word++, x += RowsPerWord)
            {
                var at = word * Panels.Width;
                Vector512<uint> w0 = Vector512.Load(WordsOf(p0) + at), w1 = Vector512.Load(WordsOf(p1) + at);
                Vector512<uint> w2 = Vector512.Load(WordsOf(p2) + at), w3 = Vector512.Load(WordsOf(p3) + at);
                for (var row = 0; row < RowsPerWord; row++)
                {
                    var value = Vector512.Create(x[row]);
                    y0 = Vector512.FusedMultiplyAdd(value, Value(w0, s0, m0), y0);
                    y1 = Vector512.FusedMultiplyAdd(value, Value(w1, s1, m1), y1);
                    y2 = Vector512.FusedMultiplyAdd(value, Value(w2, s2, m2), y2);
                    y3 = Vector512.FusedMultiplyAdd(value, Value(w3, s3, m3), y3);
                    w0 >>>= 4;
                    w1 >>>= 4;
                    w2 >>>= 4;
                    w3 >>>= 4;
                }
            }

            p0 += GroupBytes;
            p1 += GroupBytes;
            p2 += GroupBytes;
            p3 += GroupBytes;
        }

        y0.Store(y);
        y1.Store(y + 16);
        y2.Store(y + 32);
        y3.Store(y + 48);
    }

    /// <summary>scale x code + minimum. The code is in the lowest four bits; the permutation ignores the other bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Value(Vector512<uint> code, Vector512<float> scale, Vector512<float> minimum) =>
        Vector512.FusedMultiplyAdd(
            scale, Avx512F.PermuteVar16x32(Vector512.Create(0f, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), code.AsInt32()), minimum);

    /// <summary>
    /// Prefetches the group that is three groups ahead: panels are short streams, and the hardware prefetcher starts too late
    /// on them.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte* group)
    {
        for (var line = 0; line < GroupBytes; line += LineBytes)
        {
            Sse.Prefetch0(group + GroupsAhead * GroupBytes + line);
        }
    }

    private static float* Scales(byte* group) => (float*)group;

    private static float* Minima(byte* group) => (float*)(group + MinimaAt);

    private static uint* WordsOf(byte* group) => (uint*)(group + CodesAt);
}
