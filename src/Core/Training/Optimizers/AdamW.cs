using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Optimizers;

/// <summary>
/// AdamW as in PyTorch (decoupled weight decay, arXiv 1711.05101; the decay comes first) over one flat buffer, with its own
/// step count. Without a step nothing changes, not even the moments.
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly long _heads;

    /// <param name="spec">The settings.</param>
    /// <param name="weights">Flat float32 weights.</param>
    /// <param name="heads">How many of the first weights are a task's heads: their learning rate has <see cref="OptimizerSpec.HeadRatio"/> as a factor.</param>
    public AdamW(OptimizerSpec spec, Tensor weights, long heads = 0)
    {
        _heads = heads;
        Spec = spec;
        FirstMoment = zeros_like(weights, requires_grad: false).DetachFromDisposeScope();
        SecondMoment = zeros_like(weights, requires_grad: false).DetachFromDisposeScope();
        Bytes = 2 * sizeof(float) * weights.NumberOfElements;
    }

    public OptimizerSpec Spec { get; }

    public Tensor FirstMoment { get; }

    public Tensor SecondMoment { get; }

    /// <summary>Bytes of both moments.</summary>
    public long Bytes { get; }

    /// <summary>Steps taken.</summary>
    public long Step { get; set; }

    /// <summary>The learning rate that the next step will use under <paramref name="spec"/>.</summary>
    public double RateOf(OptimizerSpec spec) => spec.LearningRate * spec.Schedule.Factor(Step);

    /// <summary>Updates <paramref name="weights"/> by <paramref name="gradient"/>, which is clipped in place if the spec says so.</summary>
    /// <param name="weights">Flat float32 weights.</param>
    /// <param name="gradient">The gradient, of the same length.</param>
    /// <param name="norm">The gradient's norm.</param>
    /// <param name="team">The threads of the CPU's own kernels; null where libtorch computes.</param>
    /// <param name="spec">The settings of this step; null for <see cref="Spec"/>.</param>
    public void Apply(Tensor weights, Tensor gradient, double norm, KernelTeam? team, OptimizerSpec? spec = null)
    {
        spec ??= Spec;
        if (spec.MaximumGradientNorm is { } maximum && norm > maximum)
        {
            using var noGrad = no_grad();
            gradient.mul_(maximum / (norm + 1e-6));
        }

        var rate = RateOf(spec);
        Step++;
        var heads = spec.HeadRatio == 1 ? 0 : _heads;
        Update(0, heads, spec.HeadRatio * rate);
        Update(heads, weights.NumberOfElements - heads, rate);

        void Update(long start, long length, double ownRate)
        {
            if (length == 0)
            {
                return;
            }

            using var scope = NewDisposeScope();
            using var noGrad = no_grad();
            Tensor[] parts = [.. new[] { weights, gradient, FirstMoment, SecondMoment }.Select(flat => flat.narrow(0, start, length))];
            var decay = 1 - ownRate * spec.WeightDecay;
            var size = ownRate / (1 - Math.Pow(spec.Beta1, Step));
            var root = Math.Sqrt(1 - Math.Pow(spec.Beta2, Step));
            if (team is null)
            {
                ApplyByLibtorch(spec, parts[0], parts[1], parts[2], parts[3], decay, size, root);
            }
            else
            {
                ApplyByKernel(spec, parts[0], parts[1], parts[2], parts[3], (float)decay, (float)size, (float)(1 / root), team);
            }
        }
    }

    private static void ApplyByLibtorch(
        OptimizerSpec spec, Tensor weights, Tensor gradient, Tensor first, Tensor second, double decay, double size, double root)
    {
        if (decay != 1)
        {
            weights.mul_(decay);
        }

        first.lerp_(gradient, 1 - spec.Beta1);
        second.mul_(spec.Beta2).addcmul_(gradient, gradient, 1 - spec.Beta2);
        weights.addcdiv_(first, second.sqrt().div_(root).add_(spec.Epsilon), -size);
    }

    private static unsafe void ApplyByKernel(
        OptimizerSpec spec, Tensor weights, Tensor gradient, Tensor first, Tensor second, float decay, float size, float rootFactor, KernelTeam team)
    {
        var job = new AdamWJob
        {
            Weights = weights.Floats(),
            Gradient = gradient.Floats(),
            FirstMoment = first.Floats(),
            SecondMoment = second.Floats(),
            Length = weights.NumberOfElements,
            Decay = decay,
            Beta1 = (float)spec.Beta1,
            Beta2 = (float)spec.Beta2,
            StepSize = size,
            RootFactor = rootFactor,
            Epsilon = (float)spec.Epsilon,
        };
        team.Run(ref job, job.Chunks);
    }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
    }
}
