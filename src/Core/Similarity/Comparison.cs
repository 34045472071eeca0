using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;

namespace CoLA.Core.Similarity;

/// <summary>A request to compare a new task with tasks of a pool.</summary>
/// <param name="Pool">A pool that the caller may use.</param>
/// <param name="Examples">Examples of the new task: 1 to <see cref="MaximumExamples"/>, with at least one labelled token in all.</param>
/// <param name="Candidates">
/// Tasks of the pool that the caller owns or has the LEND grant on, at most <see cref="MaximumCandidates"/>; empty for all of them.
/// </param>
public sealed record Comparison(PoolName Pool, IReadOnlyList<Example> Examples, IReadOnlyList<TaskName> Candidates)
{
    public const int MaximumExamples = 64;

    /// <summary>Limits the cost: every candidate computes all examples once, so it is candidates x tokens.</summary>
    public const int MaximumCandidates = 64;
}
