using CoLA.Core.Artifacts;
using CoLA.Core.Naming;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>One immutable set of a task's heads, with all that is needed to serve it.</summary>
/// <param name="Key">Unlike the name never used again, not even when the task is deleted and made anew: what caches go by.</param>
/// <param name="Task">Its task.</param>
/// <param name="Number">1, 2, ...</param>
/// <param name="Spec">The task's.</param>
/// <param name="PoolSpec">The pool's.</param>
/// <param name="PoolVersion">The pool version it was trained with and is pinned to.</param>
/// <param name="Heads">The heads; null for initial heads, which the pool's spec determines: those of its initialisation where <paramref name="SubtractsInitial"/>, zero otherwise.</param>
/// <param name="SubtractsInitial">Whether the product at initialisation is subtracted (PISSA and PISSA_SLICES heads begun on pool version 1).</param>
/// <param name="Maker">The tenant that registered the task or whose session published the version.</param>
/// <param name="Served">Whether it is the task's served version.</param>
/// <param name="Created">When.</param>
/// <param name="StartedFrom">Of version 1: the version whose heads these are a copy of; null for a task that started from none.</param>
public sealed record TaskVersionSnapshot(
    long Key,
    TaskName Task,
    int Number,
    TaskSpec Spec,
    PoolSpec PoolSpec,
    PoolVersionSnapshot PoolVersion,
    Artifact? Heads,
    bool SubtractsInitial,
    TenantId Maker,
    bool Served,
    DateTimeOffset Created,
    TaskVersionName? StartedFrom);
