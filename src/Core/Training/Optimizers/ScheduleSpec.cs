using CoLA.Core.Rejections;

namespace CoLA.Core.Training.Optimizers;

/// <summary>How the learning rate follows the optimizer steps k = 0, 1, ..., as HuggingFace's schedules do.</summary>
/// <param name="Shape">After the warm-up: constant, or linear or cosine to zero at <paramref name="TotalSteps"/>.</param>
/// <param name="WarmupSteps">Steps over which the factor rises as k / warmup; 0 for none.</param>
/// <param name="TotalSteps">Where LINEAR and COSINE reach zero; not used by CONSTANT.</param>
public sealed record ScheduleSpec(ScheduleShape Shape, long WarmupSteps = 0, long TotalSteps = 0)
{
    public static ScheduleSpec Constant { get; } = new(ScheduleShape.Constant);

    /// <summary>The factor on the learning rate of step <paramref name="step"/>.</summary>
    public double Factor(long step)
    {
        if (step < WarmupSteps)
        {
            return step / (double)WarmupSteps;
        }

        var rest = Math.Max(1, TotalSteps - WarmupSteps);
        return Shape switch
        {
            ScheduleShape.Constant => 1,
            ScheduleShape.Linear => Math.Max(0, (TotalSteps - step) / (double)rest),
            ScheduleShape.Cosine => 0.5 * (1 + Math.Cos(Math.PI * Math.Min(1, (step - WarmupSteps) / (double)rest))),
            _ => throw new InvalidOperationException($"no rule for {Shape}"),
        };
    }

    /// <summary>Adds what is out of range to <paramref name="violations"/>.</summary>
    public void Validate(string field, ICollection<FieldViolation> violations)
    {
        if (WarmupSteps < 0)
        {
            violations.Add(new FieldViolation($"{field}.warmup_steps", $"{WarmupSteps} is below 0"));
        }

        if (Shape != ScheduleShape.Constant && (TotalSteps < 1 || TotalSteps < WarmupSteps))
        {
            violations.Add(new FieldViolation(
                $"{field}.total_steps",
                $"{TotalSteps} is below 1 or below warmup_steps = {WarmupSteps}; LINEAR and COSINE end at that step"));
        }
    }
}

/// <summary>What follows the warm-up.</summary>
public enum ScheduleShape
{
    Constant,
    Linear,
    Cosine,
}
