using CoLA.Core.Kernels;
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

    /// <summary>The learning rate that the next step will use.</summary>
    public double LearningRate => Spec.LearningRate * Spec.Schedule.Factor(Step);

    /// <summary>Moves <paramref name="weights"/> by <paramref name="gradient"/>, clipped if the spec says so.</summary>
    /// <param name="weights">Flat float32 weights.</param>
    /// <param name="gradient">Of the same length.</param>
    /// <param name="norm">The gradient's norm, already known to the caller.</param>
    /// <param name="team">The threads of the CPU's own kernels; null where libtorch computes.</param>
    public void Apply(Tensor weights, Tensor gradient, double norm, KernelTeam? team)
    {
        var factor = Spec.MaximumGradientNorm is { } maximum && norm > maximum ? maximum / (norm + 1e-6) : 1;
        var rate = LearningRate;
        Step++;
        var decay = 1 - rate * Spec.WeightDecay;
        var size = rate / (1 - Math.Pow(Spec.Beta1, Step));
        var root = Math.Sqrt(1 - Math.Pow(Spec.Beta2, Step));
        if (team is null)
        {
            ApplyByLibtorch(weights, gradient, factor, decay, size, root);
        }
        else
        {
            ApplyByKernel(weights, gradient, (float)factor, (float)decay, (float)size, (float)(1 / root), team);
        }
    }

    private void ApplyByLibtorch(Tensor weights, Tensor gradient, double factor, double decay, double size, double root)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        if (factor != 1)
        {
            gradient.mul_(factor);
        }

        if (decay != 1)
        {
            weights.mul_(decay);
        }

        FirstMoment.lerp_(gradient, 1 - Spec.Beta1);
        SecondMoment.mul_(Spec.Beta2).addcmul_(gradient, gradient, 1 - Spec.Beta2);
        weights.addcdiv_(FirstMoment, SecondMoment.sqrt().div_(root).add_(Spec.Epsilon), -size);
    }

    private unsafe void ApplyByKernel(Tensor weights, Tensor gradient, float factor, float decay, float size, float rootFactor, KernelTeam team)
    {
        var job = new AdamWJob
        {
            Weights = weights.Floats(),
            Gradient = gradient.Floats(),
            FirstMoment = FirstMoment.Floats(),
            SecondMoment = SecondMoment.Floats(),
            Length = weights.NumberOfElements,
            GradientFactor = factor,
            Decay = decay,
            Beta1 = (float)Spec.Beta1,
            Beta2 = (float)Spec.Beta2,
            StepSize = size,
            RootFactor = rootFactor,
            Epsilon = (float)Spec.Epsilon,
        };
        team.Run(ref job, job.Chunks);
    }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
