using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Core.Similarity;

/// <summary>How well one task's heads, or the bare base, predict the examples.</summary>
/// <param name="Version">The served version that was scored; null for the bare base.</param>
/// <param name="PoolVersion">What it is pinned to; null for the bare base.</param>
/// <param name="Loss">Mean cross-entropy per labelled token in nats, by weight; NaN where it failed.</param>
/// <param name="Failure">Why it could not be scored; null where it was.</param>
public sealed record RankedTask(TaskVersionName? Version, PoolVersionName? PoolVersion, double Loss, Rejection? Failure);
