using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CoLA.Core.Kernels;

/// <summary>
/// A panel of sixteen columns whose values are scale x code + minimum, codes 0 to 15, by groups of 32 rows: of a group
/// first sixteen float32 scales, then sixteen minima, then sixteen times sixteen bytes, each with the codes of two rows
/// following one another, the first in the low half. The value is rounded once, which gives exactly what GGUF's Q4_0 and
/// Q4_1 mean.
/// </summary>
internal static unsafe class Int4Panel
{
    /// <summary>Rows of a group; a matrix has whole groups.</summary>
    public const int Group = 32;

    private const int MinimaAt = Panels.Width * sizeof(float);
    private const int CodesAt = 2 * MinimaAt;
    private const int GroupBytes = CodesAt + Group / 2 * Panels.Width;

    public static nint Bytes(int @in) => (nint)(@in / Group) * GroupBytes;

    /// <summary>One value.</summary>
    public static float Value(byte* panel, int k, int column)
    {
        var group = panel + (nint)(k / Group) * GroupBytes;
        var pair = group[CodesAt + k % Group / 2 * Panels.Width + column];
        return MathF.FusedMultiplyAdd(((float*)group)[column], k % 2 == 0 ? pair & 15 : pair >> 4, ((float*)(group + MinimaAt))[column]);
    }

    /// <summary>Puts the codes of one column and group, with their scale and minimum, into a panel.</summary>
    public static void Write(byte* panel, int group, int column, byte* codes, float scale, float minimum)
    {
        var start = panel + (nint)group * GroupBytes;
        ((float*)start)[column] = scale;
        ((float*)(start + MinimaAt))[column] = minimum;
        for (var pair = 0; pair < Group / 2; pair++)
        {
            start[CodesAt + pair * Panels.Width + column] = (byte)(codes[2 * pair] | codes[2 * pair + 1] << 4);
        }
    }

    /// <summary>Rows k .. k + depth - 1, both whole groups: (depth, 16).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(byte* panel, int k, int depth, float* to)
    {
        var fifteen = Vector256.Create(15);
        for (var group = panel + (nint)(k / Group) * GroupBytes; depth > 0; depth -= Group, group += GroupBytes)
        {
            for (var half = 0; half < Panels.Width; half += 8)
            {
                var scale = Vector256.Load((float*)group + half);
                var minimum = Vector256.Load((float*)(group + MinimaAt) + half);
                var codes = group + CodesAt + half;
                for (var pair = 0; pair < Group / 2; pair++, codes += Panels.Width)
                {
                    var both = Avx2.ConvertToVector256Int32(codes);
                    var row = to + pair * 2 * Panels.Width + half;
                    Vector256.FusedMultiplyAdd(scale, Avx.ConvertToVector256Single(both & fifteen), minimum).Store(row);
                    Vector256.FusedMultiplyAdd(scale, Avx.ConvertToVector256Single(both >>> 4), minimum).Store(row + Panels.Width);
                }
            }

            to += Group * Panels.Width;
        }
    }

    /// <summary>y (4 x 16) = start + x (in) times four neighbouring panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourOfOneRow(byte* panels, int @in, float* x, float* y)
    {
        var stride = Bytes(@in);
        byte* p0 = panels, p1 = p0 + stride, p2 = p1 + stride, p3 = p2 + stride;
        Vector512<float> a0 = Vector512.Load(y), a1 = Vector512.Load(y + Panels.Width);
        Vector512<float> a2 = Vector512.Load(y + 2 * Panels.Width), a3 = Vector512.Load(y + 3 * Panels.Width);
        var fifteen = Vector512.Create(15);
        for (var k = 0; k < @in; k += Group)
        {
            Vector512<float> s0 = Scale(p0), s1 = Scale(p1), s2 = Scale(p2), s3 = Scale(p3);
            Vector512<float> m0 = Minimum(p0), m1 = Minimum(p1), m2 = Minimum(p2), m3 = Minimum(p3);
            for (nint pair = 0; pair < Group / 2; pair++)
            {
                var first = Vector512.Create(x[k + 2 * pair]);
                var second = Vector512.Create(x[k + 2 * pair + 1]);
                var at = CodesAt + pair * Panels.Width;
                a0 = Add(p0 + at, fifteen, s0, m0, first, second, a0);
                a1 = Add(p1 + at, fifteen, s1, m1, first, second, a1);
                a2 = Add(p2 + at, fifteen, s2, m2, first, second, a2);
                a3 = Add(p3 + at, fifteen, s3, m3, first, second, a3);
            }

            p0 += GroupBytes;
            p1 += GroupBytes;
            p2 += GroupBytes;
            p3 += GroupBytes;
        }

        a0.Store(y);
        a1.Store(y + Panels.Width);
        a2.Store(y + 2 * Panels.Width);
        a3.Store(y + 3 * Panels.Width);
    }

    private static Vector512<float> Scale(byte* group) => Vector512.Load((float*)group);

    private static Vector512<float> Minimum(byte* group) => Vector512.Load((float*)(group + MinimaAt));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Add(
        byte* codes, Vector512<int> fifteen, Vector512<float> scale, Vector512<float> minimum, Vector512<float> first, Vector512<float> second, Vector512<float> sum)
    {
        var both = Avx512F.ConvertToVector512Int32(Vector128.Load(codes));
        sum = Vector512.FusedMultiplyAdd(first, Vector512.FusedMultiplyAdd(scale, Vector512.ConvertToSingle(both & fifteen), minimum), sum);
        return Vector512.FusedMultiplyAdd(second, Vector512.FusedMultiplyAdd(scale, Vector512.ConvertToSingle(both >>> 4), minimum), sum);
    }
}
