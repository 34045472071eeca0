using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// Overwrites logits with the gradient of g x the log-probability of the row's label: g (one-hot(label) - softmax(logits)).
/// A chunk is a row.
/// </summary>
internal unsafe struct LabelGradientJob : IKernelJob
{
    /// <summary>(rows, width); overwritten with the gradient.</summary>
    public float* Logits;
    public int Width;

    /// <summary>(rows)</summary>
    public long* Labels;

    /// <summary>(rows): log-sum-exp of each row of logits.</summary>
    public float* Normalisers;

    /// <summary>(rows): g, the gradient of each log-probability.</summary>
    public float* Gradients;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        var row = Logits + (nint)chunk * Width;
        var gradient = Gradients[chunk];
        var factor = Vector256.Create(-gradient);
        var shift = Vector256.Create(Normalisers[chunk]);
        var at = 0;
        for (; at + 8 <= Width; at += 8)
        {
            (factor * Vector256.Exp(Vector256.Load(row + at) - shift)).Store(row + at);
        }

        for (; at < Width; at++)
        {
            row[at] = -gradient * MathF.Exp(row[at] - Normalisers[chunk]);
        }

        row[Labels[chunk]] += gradient;
    }
}
