using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Pools;

/// <summary>Whom a pool is shared with. A carries gradients of every tenant that trains in it, so nothing is shared unless asked.</summary>
/// <param name="Visibility">Who may use it beside its owner.</param>
/// <param name="Tenants">With <see cref="PoolVisibility.Shared"/> these tenants; empty otherwise.</param>
public sealed record PoolSharing(PoolVisibility Visibility, IReadOnlyList<TenantId> Tenants)
{
    public static PoolSharing Private { get; } = new(PoolVisibility.Private, []);

    public static PoolSharing Public { get; } = new(PoolVisibility.Public, []);

    public static PoolSharing Shared(params IReadOnlyList<TenantId> tenants) => new(PoolVisibility.Shared, tenants);

    /// <exception cref="InvalidArgumentRejection">Tenants are missing, named twice, or named where none belong.</exception>
    public void Validate(string field = "sharing")
    {
        var violations = new List<FieldViolation>();
        if (Visibility == PoolVisibility.Shared && Tenants.Count == 0)
        {
            violations.Add(new FieldViolation($"{field}.tenants", "is empty; name the tenants, or make the pool PRIVATE or PUBLIC"));
        }

        if (Visibility != PoolVisibility.Shared && Tenants.Count > 0)
        {
            violations.Add(new FieldViolation($"{field}.tenants", $"is for SHARED pools; this one is {Visibility.ToString().ToUpperInvariant()}"));
        }

        if (Tenants.Distinct().Count() != Tenants.Count)
        {
            violations.Add(new FieldViolation($"{field}.tenants", "names a tenant twice"));
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
    }
}
