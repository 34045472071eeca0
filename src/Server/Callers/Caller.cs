using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Server.Callers;

/// <summary>Who calls. This is the one place that decides it, from the headers of a call, whichever protocol carried them.</summary>
/// <param name="Tenant">The tenant in whose name the call acts.</param>
internal sealed record Caller(TenantId Tenant)
{
    private const string TenantHeader = "cola-tenant";

    /// <param name="valuesOf">The values of a header, in the order in which they came; none where the call does not have it.</param>
    /// <exception cref="InvalidArgumentRejection">The header is missing, is there twice, or is not an id.</exception>
    public static Caller From(Func<string, IReadOnlyList<string>> valuesOf) => valuesOf(TenantHeader) switch
    {
        [var only] => new Caller(TenantId.Parse(only, TenantHeader)),
        var values => throw new InvalidArgumentRejection(
            TenantHeader, $"the call's metadata name {values.Count} tenants; name the one that calls"),
    };
}
