using static TorchSharp.torch;

namespace CoLA.Core.Training;

/// <summary>
/// AdamW as PyTorch's (Decoupled weight decay, arXiv 1711.05101; decay first), over one flat buffer, with its own step
/// count: what is not stepped does not change, moments included.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly long _heads;

    /// <param name="spec">Its settings.</param>
    /// <param name="weights">Flat float32 weights.</param>
    /// <param name="heads">How many of them, from the first, are a task's heads, which move at the spec's ratio.</param>
    public AdamW(OptimizerSpec spec, Tensor weights, long heads = 0)
    {
        _heads = heads;
        Spec = spec;
        FirstMoment = zeros_like(weights, requires_grad: false).DetachFromDisposeScope();
        SecondMoment = zeros_like(weights, requires_grad: false).DetachFromDisposeScope();
    }

    public OptimizerSpec Spec { get; }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    /// <summary>Steps taken.</summary>
    public long Step { get; set; }

    /// <summary>The learning rate that the next step will use.</summary>
    public double LearningRate => Spec.LearningRate * Spec.Schedule.Factor(Step);

    /// <summary>Moves <paramref name="weights"/> by <paramref name="gradient"/>, which is clipped in place if the spec says so.</summary>
    /// <param name="weights">Flat float32 weights.</param>
    /// <param name="gradient">Of the same length.</param>
    /// <param name="norm">The gradient's norm, already known to the caller.</param>
    public void Apply(Tensor weights, Tensor gradient, double norm)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (Spec.MaximumGradientNorm is { } maximum && norm > maximum)
        {
            gradient.mul_(maximum / (norm + 1e-6));
        }

        var rate = LearningRate;
        Step++;
        FirstMoment.lerp_(gradient, 1 - Spec.Beta1);
        SecondMoment.mul_(Spec.Beta2).addcmul_(gradient, gradient, 1 - Spec.Beta2);
        var stepSize = rate / (1 - Math.Pow(Spec.Beta1, Step));
        var denominator = SecondMoment.sqrt().div_(Math.Sqrt(1 - Math.Pow(Spec.Beta2, Step))).add_(Spec.Epsilon);
        var heads = Spec.HeadRatio == 1 ? 0 : _heads;
        Move(0, heads, Spec.HeadRatio);
        Move(heads, weights.NumberOfElements - heads, 1);

        void Move(long start, long length, double ratio)
        {
            var own = weights.narrow(0, start, length);
            if (Spec.WeightDecay != 0)
            {
                own.mul_(1 - ratio * rate * Spec.WeightDecay);
            }

            own.addcdiv_(FirstMoment.narrow(0, start, length), denominator.narrow(0, start, length), -ratio * stepSize);
        }
    }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
