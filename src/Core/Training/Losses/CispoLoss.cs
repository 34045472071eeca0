namespace CoLA.Core.Training.Losses;

/// <summary>-sum stop(clip(ratio)) A lp (arXiv 2506.13585, equation 4): every token keeps its gradient.</summary>
public sealed record CispoLoss(double ClipLow = ClippedLoss.DefaultClip, double ClipHigh = ClippedLoss.DefaultClip) : ClippedLoss(ClipLow, ClipHigh)
{
    private protected override (double Value, double Slope) Of(double logProbability, double old, double advantage)
    {
        var factor = Clip(Math.Exp(logProbability - old)) * advantage;
        return (-factor * logProbability, -factor);
    }
}
