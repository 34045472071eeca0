namespace CoLA.Core.Training.Losses;

/// <summary>-sum ratio A.</summary>
public sealed record ImportanceSamplingLoss : RolloutLoss
{
    private protected override (double Value, double Slope) Of(double logProbability, double old, double advantage)
    {
        var gain = Math.Exp(logProbability - old) * advantage;
        return (-gain, -gain);
    }
}
