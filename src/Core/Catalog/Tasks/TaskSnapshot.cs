using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Naming;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>A task as one caller sees it.</summary>
/// <param name="Name">Its name, with its owner.</param>
/// <param name="Pool">The pool it is attached to for life.</param>
/// <param name="Spec">Fixed for its life.</param>
/// <param name="ServedVersion">What a row that names the task gets.</param>
/// <param name="PoolVersion">The pool version that the served version is pinned to.</param>
/// <param name="Grants">To anybody but the owner, the caller's own grant alone.</param>
/// <param name="Created">When.</param>
/// <param name="StartedFrom">The version whose heads its version 1 is a copy of; null where it began as the base model, and
/// to those who may not know of it.</param>
public sealed record TaskSnapshot(
    TaskName Name,
    PoolName Pool,
    TaskSpec Spec,
    int ServedVersion,
    int PoolVersion,
    IReadOnlyList<TaskGrant> Grants,
    DateTimeOffset Created,
    TaskVersionName? StartedFrom);
