using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Grpc.Core;

namespace CoLA.Server.Tenancy;

/// <summary>Who calls: the metadata say it.</summary>
internal static class CallTenant
{
    private const string MetadataKey = "cola-tenant";

    /// <exception cref="InvalidArgumentRejection">The entry is missing, there twice, or not an id.</exception>
    public static TenantId Of(ServerCallContext context)
    {
        var entries = context.RequestHeaders.GetAll(MetadataKey).ToList();
        return entries.Count == 1
            ? TenantId.Parse(entries[0].Value, MetadataKey)
            : throw new InvalidArgumentRejection(MetadataKey, $"the call's metadata name {entries.Count} tenants; name the one that calls");
    }
}
