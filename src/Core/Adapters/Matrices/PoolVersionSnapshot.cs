using CoLA.Core.Artifacts;
using CoLA.Core.Naming;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>One immutable set of a pool's A matrices.</summary>
/// <param name="Key">Unlike the name never used again, not even when the pool is deleted and made anew: what caches go by.</param>
/// <param name="Pool">Its pool.</param>
/// <param name="Number">1, 2, ...</param>
/// <param name="Parent">The version that training began from, which may be gone; null for version 1.</param>
/// <param name="Maker">The tenant whose session published it.</param>
/// <param name="Created">When.</param>
/// <param name="Artifact">The matrices.</param>
/// <param name="Initial">Where the product at initialisation stands, which tasks begun on version 1 subtract: the matrices
/// of version 1; null for GAUSSIAN.</param>
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
