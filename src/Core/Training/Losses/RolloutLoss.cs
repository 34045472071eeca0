using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Training.Losses;

/// <summary>
/// A loss of tokens that a policy drew. Each token has the log-probability lp_old with which it was drawn, and an advantage
/// A; ratio = exp(lp - lp_old). A task's weight is its number of labelled tokens.
/// </summary>
public abstract record RolloutLoss : TokenLoss
{
    internal override double WeightOf(EncodedExample row) => row.Labels;

    internal override string? ProblemOf(EncodedExample row) =>
        row.OldLogProbabilities is null || row.Advantages is null ? "needs tokens with old_logprobs and advantages"
        : row.Weights.Any(weight => weight is not (0 or 1)) ? "has weights other than 0 and 1; here they say which tokens count"
        : null;

    internal sealed override (double Value, double Slope) Of(EncodedExample row, int token, double logProbability) =>
        Of(logProbability, row.OldLogProbabilities![token], row.Advantages![token]);

    /// <inheritdoc cref="TokenLoss.Of"/>
    private protected abstract (double Value, double Slope) Of(double logProbability, double old, double advantage);
}

/// <summary>-sum ratio A.</summary>
public sealed record ImportanceSamplingLoss : RolloutLoss
{
    private protected override (double Value, double Slope) Of(double logProbability, double old, double advantage)
    {
        var gain = Math.Exp(logProbability - old) * advantage;
        return (-gain, -gain);
    }
}

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

/// <summary>-sum min(ratio A, clip(ratio) A) (arXiv 1707.06347, equation 7).</summary>
public sealed record PpoLoss(double ClipLow = ClippedLoss.DefaultClip, double ClipHigh = ClippedLoss.DefaultClip) : ClippedLoss(ClipLow, ClipHigh)
{
    private protected override (double Value, double Slope) Of(double logProbability, double old, double advantage)
    {
        var ratio = Math.Exp(logProbability - old);
        var (free, clipped) = (ratio * advantage, Clip(ratio) * advantage);
        // Where the clipped product is less, it does not depend on the ratio.
        return free <= clipped ? (-free, -free) : (-clipped, 0);
    }
}

/// <summary>-sum stop_gradient(clip(ratio)) A lp (arXiv 2506.13585, equation 4): every token keeps its gradient.</summary>
public sealed record CispoLoss(double ClipLow = ClippedLoss.DefaultClip, double ClipHigh = ClippedLoss.DefaultClip) : ClippedLoss(ClipLow, ClipHigh)
{
    private protected override (double Value, double Slope) Of(double logProbability, double old, double advantage)
    {
        var factor = Clip(Math.Exp(logProbability - old)) * advantage;
        return (-factor * logProbability, -factor);
    }
}
