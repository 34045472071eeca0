using CoLA.Core.Naming;

namespace CoLA.Core.Catalog;

/// <summary>Who asks for a change, and under which id: sent twice, it acts once.</summary>
/// <param name="Tenant">The caller.</param>
/// <param name="RequestId">Chosen by the caller, 1 to 128 characters; remembered for 24 hours.</param>
/// <param name="RequestHash">Hash of the whole request: the same id with another hash is another request, and refused.</param>
public sealed record Mutation(TenantId Tenant, string RequestId, byte[] RequestHash)
{
    public const int MaximumRequestIdLength = 128;
}
