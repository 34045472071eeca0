namespace CoLA.Core.Training;

/// <summary>A task's weighted cross-entropy in nats; the mean is Sum / Weight.</summary>
/// <param name="Sum">Sum over the labelled tokens of weight x -log p.</param>
/// <param name="Weight">Sum of their weights.</param>
/// <param name="Tokens">Labelled tokens: those of weight above zero.</param>
public sealed record TaskLoss(double Sum, double Weight, long Tokens)
{
    public double Mean => Weight == 0 ? 0 : Sum / Weight;
}
