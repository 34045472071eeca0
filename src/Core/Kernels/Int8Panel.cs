using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CoLA.Core.Kernels;

/// <summary>
/// A panel of sixteen columns whose values are scale x code: sixteen float32 scales, then (in, 16) signed bytes. Products
/// are summed over the codes and scaled at the end.
/// </summary>
internal static unsafe class Int8Panel
{
    private const int Header = Panels.Width * sizeof(float);

    /// <summary>Rows of a cache line.</summary>
    private const int RowsOfALine = 4;

    /// <summary>Bytes that are asked for ahead of their use: a panel is a short stream, at whose beginning the processor does not foresee enough.</summary>
    private const int Ahead = 1024;

    public static nint Bytes(int @in) => Header + (nint)@in * Panels.Width;

    public static float* Scales(byte* panel) => (float*)panel;

    public static sbyte* Codes(byte* panel) => (sbyte*)panel + Header;

    /// <summary>One value.</summary>
    public static float Value(byte* panel, int k, int column) => Scales(panel)[column] * Codes(panel)[k * Panels.Width + column];

    /// <summary>Puts one column (in) into a panel; with scale 0, zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(byte* panel, int @in, int column, float* values, float scale)
    {
        Scales(panel)[column] = scale;
        for (var k = 0; k < @in; k++)
        {
            Codes(panel)[k * Panels.Width + column] = scale > 0 ? (sbyte)MathF.Round(values[k] / scale) : (sbyte)0;
        }
    }

    /// <summary>Rows k .. k + depth - 1 of the codes, without the scales: (depth, 16).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(byte* panel, int k, int depth, float* to)
    {
        var codes = Codes(panel) + (nint)k * Panels.Width;
        for (var row = 0; row < depth; row++, codes += Panels.Width, to += Panels.Width)
        {
            if (row % RowsOfALine == 0)
            {
                Sse.Prefetch0(codes + Ahead);
            }

            if (Vector512.IsHardwareAccelerated)
            {
                Floats(codes).Store(to);
            }
            else
            {
                Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(codes)).Store(to);
                Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(codes + 8)).Store(to + 8);
            }
        }
    }

    /// <summary>y (4 x 16) += x (in) times the codes of four neighbouring panels, in the vectors of AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddFourOfOneRow(byte* panels, int @in, float* x, float* y)
    {
        var stride = Bytes(@in);
        sbyte* c0 = Codes(panels), c1 = c0 + stride, c2 = c1 + stride, c3 = c2 + stride;
        Vector512<float> a0 = Vector512.Load(y), a1 = Vector512.Load(y + 16), a2 = Vector512.Load(y + 32), a3 = Vector512.Load(y + 48);
        for (nint k = 0; k < @in; k++)
        {
            if (k % RowsOfALine == 0)
            {
                Sse.Prefetch0(c0 + Ahead);
                Sse.Prefetch0(c1 + Ahead);
                Sse.Prefetch0(c2 + Ahead);
                Sse.Prefetch0(c3 + Ahead);
            }

            var xk = Vector512.Create(x[k]);
            a0 = Vector512.FusedMultiplyAdd(xk, Floats(c0), a0);
            a1 = Vector512.FusedMultiplyAdd(xk, Floats(c1), a1);
            a2 = Vector512.FusedMultiplyAdd(xk, Floats(c2), a2);
            a3 = Vector512.FusedMultiplyAdd(xk, Floats(c3), a3);
            c0 += Panels.Width;
            c1 += Panels.Width;
            c2 += Panels.Width;
            c3 += Panels.Width;
        }

        a0.Store(y);
        a1.Store(y + 16);
        a2.Store(y + 32);
        a3.Store(y + 48);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Floats(sbyte* codes) => Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(codes)));
}
