using CoLA.Core.Artifacts;
using CoLA.Core.Naming;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>One version of a task: an immutable set of its heads, with everything that serving needs.</summary>
/// <param name="Key">The key for caches. Unlike the name it is never reused, even if the task is deleted and created again.</param>
/// <param name="Task">The task.</param>
/// <param name="Number">1, 2, ...</param>
/// <param name="Spec">The task's settings.</param>
/// <param name="PoolSpec">The pool's settings.</param>
/// <param name="PoolVersion">The pool version that the heads were trained with and are pinned to.</param>
/// <param name="Heads">The file of the heads; null for initial heads, which follow from the pool's spec: those of its
/// initialisation where <paramref name="SubtractsInitial"/> is true, otherwise zero.</param>
/// <param name="SubtractsInitial">Whether the initial product is subtracted (PISSA and PISSA_SLICES heads begun on pool version 1).</param>
/// <param name="Maker">The tenant that registered the task, or whose session published the version.</param>
/// <param name="Served">Whether it is the task's served version.</param>
/// <param name="Created">The time of its creation.</param>
/// <param name="StartedFrom">For version 1: the version whose heads were copied; null where no heads were copied.</param>
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
