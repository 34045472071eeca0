using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;

namespace CoLA.Core.Similarity;

/// <summary>What a tenant asks to be compared.</summary>
/// <param name="Pool">A pool that the caller may use.</param>
/// <param name="Examples">Of the new task: 1 to <see cref="MaximumExamples"/>, with at least one labelled token.</param>
/// <param name="Candidates">Tasks of the pool that the caller owns or that are lent to it; empty for all of them. At most
/// <see cref="MaximumCandidates"/>.</param>
public sealed record Comparison(PoolName Pool, IReadOnlyList<Example> Examples, IReadOnlyList<TaskName> Candidates)
{
    public const int MaximumExamples = 64;

    /// <summary>Each reads all examples once: the cost is candidates x tokens.</summary>
    public const int MaximumCandidates = 64;
}
