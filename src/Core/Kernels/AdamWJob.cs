using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// One step of AdamW (decoupled weight decay, arXiv 1711.05101) over flat buffers, in one pass over memory. A chunk is
/// 65,536 neighbouring elements.
/// </summary>
internal unsafe struct AdamWJob : IKernelJob
{
    private const int ChunkLength = 1 << 16;

    public float* Weights;
    public float* Gradient;
    public float* FirstMoment;
    public float* SecondMoment;
    public long Length;

    /// <summary>1 - learning rate x weight decay.</summary>
    public float Decay;
    public float Beta1;
    public float Beta2;

    /// <summary>Learning rate / (1 - beta1^step).</summary>
    public float StepSize;

    /// <summary>1 / sqrt(1 - beta2^step).</summary>
    public float RootFactor;
    public float Epsilon;

    public readonly int Chunks => (int)((Length + ChunkLength - 1) / ChunkLength);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly void Run(int chunk)
    {
        var at = (long)chunk * ChunkLength;
        var last = Math.Min(at + ChunkLength, Length);
        Vector256<float> decay = Vector256.Create(Decay), epsilon = Vector256.Create(Epsilon);
        Vector256<float> oneMinusBeta1 = Vector256.Create(1 - Beta1), beta2 = Vector256.Create(Beta2), oneMinusBeta2 = Vector256.Create(1 - Beta2);
        Vector256<float> size = Vector256.Create(-StepSize), root = Vector256.Create(RootFactor);
        for (; at + 8 <= last; at += 8)
        {
            var gradient = Vector256.Load(Gradient + at);
            var first = Vector256.Load(FirstMoment + at);
            first = Vector256.FusedMultiplyAdd(gradient - first, oneMinusBeta1, first);
            var second = Vector256.FusedMultiplyAdd(gradient * oneMinusBeta2, gradient, Vector256.Load(SecondMoment + at) * beta2);
            first.Store(FirstMoment + at);
            second.Store(SecondMoment + at);
            var denominator = Vector256.FusedMultiplyAdd(Vector256.Sqrt(second), root, epsilon);
            Vector256.FusedMultiplyAdd(size, first / denominator, Vector256.Load(Weights + at) * decay).Store(Weights + at);
        }

        for (; at < last; at++)
        {
            var gradient = Gradient[at];
            FirstMoment[at] = MathF.FusedMultiplyAdd(gradient - FirstMoment[at], 1 - Beta1, FirstMoment[at]);
            SecondMoment[at] = MathF.FusedMultiplyAdd(gradient * (1 - Beta2), gradient, SecondMoment[at] * Beta2);
            var denominator = MathF.FusedMultiplyAdd(MathF.Sqrt(SecondMoment[at]), RootFactor, Epsilon);
            Weights[at] = MathF.FusedMultiplyAdd(-StepSize, FirstMoment[at] / denominator, Weights[at] * Decay);
        }
    }
}
