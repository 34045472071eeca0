using CoLA.V1;

namespace CoLA.Functional.Tests.Durability;

/// <summary>A point in a session's life.</summary>
/// <param name="Sequence">The last accepted sequence number; 0 before the first.</param>
/// <param name="LogProbability">What the working copy gives the example's completion.</param>
/// <param name="Reply">The reply to the last accepted step; null before the first.</param>
internal sealed record SessionPoint(long Sequence, double LogProbability, TrainStepResponse? Reply);
