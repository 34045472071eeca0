using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Core.Similarity;

/// <summary>How well a task's heads, or the base model, predict the examples.</summary>
/// <param name="Version">The served version that was scored; null for the base model.</param>
/// <param name="PoolVersion">The pool version that it is pinned to; null for the base model.</param>
/// <param name="Loss">Weighted mean of the cross-entropy per labelled token, in nats; NaN if scoring failed.</param>
/// <param name="Failure">Why scoring failed; null if it did not.</param>
public sealed record RankedTask(TaskVersionName? Version, PoolVersionName? PoolVersion, double Loss, Rejection? Failure);
