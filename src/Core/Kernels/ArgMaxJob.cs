using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>The largest value of each row and its first index. A chunk is a row.</summary>
internal unsafe struct ArgMaxJob : IKernelJob
{
    /// <summary>(rows, width)</summary>
    public float* Values;
    public int Width;

    /// <summary>(rows): NaN for a row that holds a NaN.</summary>
    public float* Largest;

    /// <summary>(rows)</summary>
    public int* Best;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        var row = Values + (nint)chunk * Width;
        var largest = float.NegativeInfinity;
        var at = 0;
        if (Width >= 8)
        {
            var maxima = Vector256.Create(float.NegativeInfinity);
            for (; at + 8 <= Width; at += 8)
            {
                maxima = Vector256.Max(maxima, Vector256.Load(row + at)); // a NaN is carried through
            }

            for (var lane = 0; lane < 8; lane++)
            {
                largest = MathF.Max(largest, maxima[lane]);
            }
        }

        for (; at < Width; at++)
        {
            largest = MathF.Max(largest, row[at]);
        }

        Largest[chunk] = largest;
        Best[chunk] = Math.Max(0, new ReadOnlySpan<float>(row, Width).IndexOf(largest));
    }
}
