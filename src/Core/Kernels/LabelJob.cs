using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>The log-probability of one label per row of logits. A chunk is a row.</summary>
internal unsafe struct LabelJob : IKernelJob
{
    /// <summary>(rows, width)</summary>
    public float* Logits;
    public int Width;

    /// <summary>(rows)</summary>
    public long* Labels;

    /// <summary>(rows): log-sum-exp of each row of logits; written.</summary>
    public float* Normalisers;

    /// <summary>(rows); written.</summary>
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

        var largest = float.NegativeInfinity;
        for (var lane = 0; lane < 8; lane++)
        {
            largest = MathF.Max(largest, maxima[lane]);
        }

        for (; at < Width; at++)
        {
            largest = MathF.Max(largest, row[at]);
        }

        var shift = Vector256.Create(largest);
        Vector256<double> low = default, high = default;
        for (at = 0; at + 8 <= Width; at += 8)
        {
            // A vocabulary has tens of thousands of terms: a float32 sum would lose digits.
            var (first, second) = Vector256.Widen(Vector256.Exp(Vector256.Load(row + at) - shift));
            low += first;
            high += second;
        }

        var sum = Vector256.Sum(low + high);
        for (; at < Width; at++)
        {
            sum += MathF.Exp(row[at] - largest);
        }

        Normalisers[chunk] = largest + (float)Math.Log(sum);
        LogProbabilities[chunk] = row[Labels[chunk]] - Normalisers[chunk];
    }
}
