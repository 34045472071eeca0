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

    public static nint Bytes(int @in) => Header + (nint)@in * Panels.Width;

    public static float* Scales(byte* panel) => (float*)panel;

    public static sbyte* Codes(byte* panel) => (sbyte*)panel + Header;

    /// <summary>One value.</summary>
    public static float Value(byte* panel, int k, int column) => Scales(panel)[column] * Codes(panel)[k * Panels.Width + column];

    /// <summary>Rows k .. k + depth - 1 of the codes, without the scales: (depth, 16).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Read(byte* panel, int k, int depth, float* to)
    {
        var codes = Codes(panel) + (nint)k * Panels.Width;
        for (var at = 0; at < depth * Panels.Width; at += 8)
        {
            Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(codes + at)).Store(to + at);
        }
    }

    /// <summary>y (4 x 16) = x (in) times the codes of four neighbouring panels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FourOfOneRow(byte* panels, int @in, float* x, float* y)
    {
        var stride = Bytes(@in);
        sbyte* c0 = Codes(panels), c1 = c0 + stride, c2 = c1 + stride, c3 = c2 + stride;
        Vector512<float> a0 = default, a1 = default, a2 = default, a3 = default;
        for (nint k = 0; k < @in; k++)
        {
            var xk = Vector512.Create(x[k]);
            a0 = Vector512.FusedMultiplyAdd(xk, Floats(c0 + k * Panels.Width), a0);
            a1 = Vector512.FusedMultiplyAdd(xk, Floats(c1 + k * Panels.Width), a1);
            a2 = Vector512.FusedMultiplyAdd(xk, Floats(c2 + k * Panels.Width), a2);
            a3 = Vector512.FusedMultiplyAdd(xk, Floats(c3 + k * Panels.Width), a3);
        }

        a0.Store(y);
        a1.Store(y + Panels.Width);
        a2.Store(y + 2 * Panels.Width);
        a3.Store(y + 3 * Panels.Width);
    }

    private static Vector512<float> Floats(sbyte* codes) => Vector512.ConvertToSingle(Avx512F.ConvertToVector512Int32(Vector128.Load(codes)));
}
