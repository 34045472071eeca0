using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CoLA.Core.Kernels;

/// <summary>
/// A panel of 16 columns of eight-bit codes: 16 float32 scales, then (in, 16) signed bytes; value = scale x code. A product
/// sums over the codes and multiplies by the scale at the end.
/// </summary>
internal static unsafe class Int8Panel
{
    private const int Header = Panels.Width * sizeof(float);

    /// <summary>Rows per cache line.</summary>
    private const int RowsPerLine = 4;

    /// <summary>How many bytes ahead memory is prefetched: panels are short streams, and the hardware prefetcher starts too late on them.</summary>
    private const int Ahead = 1024;

    /// <summary>Bytes of a panel with <paramref name="in"/> rows.</summary>
    public static nint Bytes(int @in) => Header + (nint)@in * Panels.Width;

    public static float* Scales(byte* panel) => (float*)panel;

    public static sbyte* Codes(byte* panel) => (sbyte*)panel + Header;

    /// <summary>The value in row <paramref name="k"/> and column <paramref name="column"/>.</summary>
    public static float Value(byte* panel, int k, int column) => Scales(panel)[column] * Codes(panel)[k * Panels.Width + column];

    /// <summary>Quantises one column (in) into a panel; with <paramref name="scale"/> 0 all its codes are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Write(byte* panel, int @in, int column, float* values, float scale)
    {
        Scales(panel)[column] = scale;
        for (var k = 0; k < @in; k++)
        {
            Codes(panel)[k * Panels.Width + column] = scale > 0 ? (sbyte)MathF.Round(values[k] / scale) : (sbyte)0;
        }
    }

    /// <summary>Converts the codes of rows k .. k + depth - 1 to floats (depth, 16), without multiplying by the scales.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(byte* panel, int k, int depth, float* to)
    {
        var codes = Codes(panel) + (nint)k * Panels.Width;
        for (var row = 0; row < depth; row++, codes += Panels.Width, to += Panels.Width)
        {
            if (row % RowsPerLine == 0)
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

    /// <summary>y (4 x 16) += x (in) times the codes of four neighbouring panels, with AVX-512 vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddFourOfOneRow(byte* panels, int @in, float* x, float* y)
    {
        var stride = Bytes(@in);
        sbyte* c0 = Codes(panels), c1 = c0 + stride, c2 = c1 + stride, c3 = c2 + stride;
        Vector512<float> a0 = Vector512.Load(y), a1 = Vector512.Load(y + 16), a2 = Vector512.Load(y + 32), a3 = Vector512.Load(y + 48);
        for (nint k = 0; k < @in; k++)
        {
            if (k % RowsPerLine == 0)
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
