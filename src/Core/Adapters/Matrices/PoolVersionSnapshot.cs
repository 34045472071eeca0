using CoLA.Core.Artifacts;
using CoLA.Core.Naming;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>One version of a pool: an immutable set of its A matrices.</summary>
/// <param name="Key">The key for caches. Unlike the name it is never reused, even if the pool is deleted and created again.</param>
/// <param name="Pool">The pool.</param>
/// <param name="Number">1, 2, ...</param>
/// <param name="Parent">The version that training began from; it may no longer exist. Null for version 1.</param>
/// <param name="Maker">The tenant whose session published it.</param>
/// <param name="Created">The time of its creation.</param>
/// <param name="Artifact">The file of its matrices.</param>
/// <param name="Initial">The file of the initial product, which tasks begun on version 1 subtract: the file of version 1. Null
/// for GAUSSIAN.</param>
/// <param name="Current">Whether it is the pool's current version.</param>
public sealed record PoolVersionSnapshot(
    long Key,
    PoolName Pool,
    int Number,
    int? Parent,
    TenantId Maker,
    DateTimeOffset Created,
    Artifact Artifact,
    Artifact? Initial,
    bool Current);
