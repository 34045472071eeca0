using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Naming;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>A task that is to start from a neighbour's heads. What is null is the neighbour's.</summary>
/// <param name="Name">Its tenant is the caller.</param>
/// <param name="Pool">A pool that the caller may use; the neighbour's.</param>
/// <param name="PoolVersion">If given, the neighbour's.</param>
/// <param name="Strategy">If given, the neighbour's.</param>
/// <param name="N">If given, the neighbour's.</param>
/// <param name="Seed">Its own: of the random couplings' draws.</param>
/// <param name="Grants">What other tenants may do with it.</param>
public sealed record Newcomer(
    TaskName Name,
    PoolName Pool,
    int? PoolVersion,
    Strategy? Strategy,
    int? N,
    long Seed,
    IReadOnlyList<TaskGrant> Grants);
