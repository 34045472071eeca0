using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>Log-probability of one label per row of logits. A chunk is a row.</summary>
internal unsafe struct LabelJob : IKernelJob
{
    /// <summary>(rows, width)</summary>
    public float* Logits;
    public int Width;

    /// <summary>(rows)</summary>
    public long* Labels;

    /// <summary>(rows): log of the sum of the exponentials.</summary>
    public float* Normalisers;

    /// <summary>(rows)</summary>
    public float* LogProbabilities;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        var row = Logits + (nint)chunk * Width;
        var maxima = Vector256.Create(float.NegativeInfinity);
        var at = 0;
        for (; at + 8 <= Width; at += 8)
        {
            maxima = Vector256.Max(maxima, Vector256.Load(row + at));
        }

        var most = float.NegativeInfinity;
        for (var lane = 0; lane < 8; lane++)
        {
            most = MathF.Max(most, maxima[lane]);
        }

        for (; at < Width; at++)
        {
            most = MathF.Max(most, row[at]);
        }

        var shift = Vector256.Create(most);
        Vector256<double> low = default, high = default;
        for (at = 0; at + 8 <= Width; at += 8)
        {
            // Tens of thousands of terms: float32 sums of them would cost digits.
            var (first, second) = Vector256.Widen(Vector256.Exp(Vector256.Load(row + at) - shift));
            low += first;
            high += second;
        }

        var sum = Vector256.Sum(low + high);
        for (; at < Width; at++)
        {
            sum += MathF.Exp(row[at] - most);
        }

        Normalisers[chunk] = most + (float)Math.Log(sum);
        LogProbabilities[chunk] = row[Labels[chunk]] - Normalisers[chunk];
    }
}
