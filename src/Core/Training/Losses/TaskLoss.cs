namespace CoLA.Core.Training.Losses;

/// <summary>The loss of a task; its mean is Sum / Weight. Cross-entropy is in nats.</summary>
/// <param name="Sum">Sum over the labelled tokens, or over the pairs.</param>
/// <param name="Weight">Sum of the token weights for cross-entropy; the number of pairs for DPO; the number of tokens otherwise.</param>
/// <param name="Tokens">Labelled tokens: those of weight above zero.</param>
public sealed record TaskLoss(double Sum, double Weight, long Tokens)
{
    public double Mean => Weight == 0 ? 0 : Sum / Weight;
}
