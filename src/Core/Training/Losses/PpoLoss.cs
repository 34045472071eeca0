namespace CoLA.Core.Training.Losses;

/// <summary>-sum min(ratio A, clip(ratio) A) (arXiv 1707.06347, equation 7).</summary>
public sealed record PpoLoss(double ClipLow = ClippedLoss.DefaultClip, double ClipHigh = ClippedLoss.DefaultClip) : ClippedLoss(ClipLow, ClipHigh)
{
    private protected override (double Value, double Slope) Of(double logProbability, double old, double advantage)
    {
        var ratio = Math.Exp(logProbability - old);
        var (free, clipped) = (ratio * advantage, Clip(ratio) * advantage);
        // Where the clipped one is less, it does not move with the ratio.
        return free <= clipped ? (-free, -free) : (-clipped, 0);
    }
}
