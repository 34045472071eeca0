using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Naming;

namespace CoLA.Core.Catalog.Pools;

/// <summary>A pool as one caller sees it.</summary>
/// <param name="Name">Unique among all tenants.</param>
/// <param name="Owner">Who made it.</param>
/// <param name="Spec">Fixed for its life.</param>
/// <param name="Sharing">To anybody but the owner, a SHARED pool names the caller alone.</param>
/// <param name="BaseModel">The base model whose layers it adapts.</param>
/// <param name="CurrentVersion">Where tasks and sessions begin unless they say otherwise; the owner's choice.</param>
/// <param name="Created">When.</param>
public sealed record PoolSnapshot(
    PoolName Name,
    TenantId Owner,
    PoolSpec Spec,
    PoolSharing Sharing,
    BaseModelIdentity BaseModel,
    int CurrentVersion,
    DateTimeOffset Created);
