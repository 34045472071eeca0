using static TorchSharp.torch;

namespace CoLA.Core.Training;

/// <summary>
/// AdamW as PyTorch's (Decoupled weight decay, arXiv 1711.05101; decay first), over one flat buffer, with its own step
/// count: what is not stepped does not change, moments included.
/// </summary>
internal sealed class AdamW : IDisposable
{
    public AdamW(OptimizerSpec spec, Tensor weights)
    {
        Spec = spec;
        FirstMoment = zeros_like(weights, requires_grad: false).DetachFromDisposeScope();
        SecondMoment = zeros_like(weights, requires_grad: false).DetachFromDisposeScope();
    }

    public OptimizerSpec Spec { get; }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    /// <summary>Steps taken.</summary>
    public long Step { get; set; }

    /// <summary>The learning rate that the next step will use under <paramref name="spec"/>.</summary>
    public double RateOf(OptimizerSpec spec) => spec.LearningRate * spec.Schedule.Factor(Step);

    /// <summary>Moves <paramref name="weights"/> by <paramref name="gradient"/>, which is clipped in place if the spec says so.</summary>
    /// <param name="weights">Flat float32 weights.</param>
    /// <param name="gradient">Of the same length.</param>
    /// <param name="norm">The gradient's norm, already known to the caller.</param>
    /// <param name="spec">What this step is made with instead of <see cref="Spec"/>.</param>
    public void Apply(Tensor weights, Tensor gradient, double norm, OptimizerSpec? spec = null)
    {
        spec ??= Spec;
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (spec.MaximumGradientNorm is { } maximum && norm > maximum)
        {
            gradient.mul_(maximum / (norm + 1e-6));
        }

        var rate = RateOf(spec);
        Step++;
        if (spec.WeightDecay != 0)
        {
            weights.mul_(1 - rate * spec.WeightDecay);
        }

        FirstMoment.lerp_(gradient, 1 - spec.Beta1);
        SecondMoment.mul_(spec.Beta2).addcmul_(gradient, gradient, 1 - spec.Beta2);
        var stepSize = rate / (1 - Math.Pow(spec.Beta1, Step));
        var denominator = SecondMoment.sqrt().div_(Math.Sqrt(1 - Math.Pow(spec.Beta2, Step))).add_(spec.Epsilon);
        weights.addcdiv_(FirstMoment, denominator, -stepSize);
    }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
