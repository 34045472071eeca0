using CoLA.Core.Rejections;

namespace CoLA.Core.Training.Optimizers;

/// <summary>The AdamW settings and the schedule of one task, or of the pool.</summary>
/// <param name="LearningRate">Finite, >= 0.</param>
/// <param name="Beta1">In [0, 1).</param>
/// <param name="Beta2">In [0, 1).</param>
/// <param name="Epsilon">Finite, above 0.</param>
/// <param name="WeightDecay">Decoupled decay; finite, >= 0.</param>
/// <param name="MaximumGradientNorm">Clips the norm of the gradient of this task (or of the pool) over all layers; null for no clipping.</param>
/// <param name="Schedule">Factor on the learning rate.</param>
/// <param name="HeadRatio">
/// A factor on the learning rate of a task's heads (LoRA+, arXiv 2402.12354); finite, above 0. In the paper lr_B = ratio x lr_A.
/// Here A belongs to the pool and has an optimizer of its own: give both optimizers the learning rate of A, and the task this
/// ratio. Everything else that a task trains (gates, routers, cores) uses the learning rate without it.
/// </param>
public sealed record OptimizerSpec(
    double LearningRate,
    double Beta1 = 0.9,
    double Beta2 = 0.999,
    double Epsilon = 1e-8,
    double WeightDecay = 0,
    double? MaximumGradientNorm = null,
    ScheduleSpec? Schedule = null,
    double HeadRatio = 1)
{
    public ScheduleSpec Schedule { get; init; } = Schedule ?? ScheduleSpec.Constant;

    /// <summary>Adds what is out of range to <paramref name="violations"/>.</summary>
    public void Validate(string field, ICollection<FieldViolation> violations)
    {
        void Check(bool holds, string name, string description)
        {
            if (!holds)
            {
                violations.Add(new FieldViolation($"{field}.{name}", description));
            }
        }

        Check(double.IsFinite(LearningRate) && LearningRate >= 0, "learning_rate", $"{LearningRate} is not a finite number of at least 0");
        Check(Beta1 is >= 0 and < 1, "beta1", $"{Beta1} is not in [0, 1)");
        Check(Beta2 is >= 0 and < 1, "beta2", $"{Beta2} is not in [0, 1)");
        Check(double.IsFinite(Epsilon) && Epsilon > 0, "epsilon", $"{Epsilon} is not a finite number above 0");
        Check(double.IsFinite(WeightDecay) && WeightDecay >= 0, "weight_decay", $"{WeightDecay} is not a finite number of at least 0");
        Check(
            MaximumGradientNorm is null || (double.IsFinite(MaximumGradientNorm.Value) && MaximumGradientNorm > 0),
            "max_gradient_norm",
            $"{MaximumGradientNorm} is not a finite number above 0; leave it out for no clipping");
        Check(double.IsFinite(HeadRatio) && HeadRatio > 0, "head_ratio", $"{HeadRatio} is not a finite number above 0; leave it out for 1");
        Schedule.Validate($"{field}.schedule", violations);
    }
}
