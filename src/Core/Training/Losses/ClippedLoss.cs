using CoLA.Core.Rejections;

namespace CoLA.Core.Training.Losses;

/// <summary>A rollout loss that clips the ratio to [1 - low, 1 + high].</summary>
/// <param name="ClipLow">In [0, 1].</param>
/// <param name="ClipHigh">Finite, at least 0.</param>
public abstract record ClippedLoss(double ClipLow, double ClipHigh) : RolloutLoss
{
    public const double DefaultClip = 0.2;

    internal override void Validate(string field, ICollection<FieldViolation> violations)
    {
        if (ClipLow is not (>= 0 and <= 1))
        {
            violations.Add(new FieldViolation($"{field}.clip_low", $"{ClipLow} is not in [0, 1]"));
        }

        if (!double.IsFinite(ClipHigh) || ClipHigh < 0)
        {
            violations.Add(new FieldViolation($"{field}.clip_high", $"{ClipHigh} is not a finite number of at least 0"));
        }
    }

    private protected double Clip(double ratio) => Math.Clamp(ratio, 1 - ClipLow, 1 + ClipHigh);
}
