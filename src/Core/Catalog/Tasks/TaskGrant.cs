using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>What one tenant may do with a task of another.</summary>
public sealed record TaskGrant(TenantId Tenant, Grants Grants)
{
    /// <summary>Grants as a task's row holds them.</summary>
    internal static IReadOnlyList<GrantRow> RowsOf(IReadOnlyList<TaskGrant> grants) =>
        [.. grants.Select(grant => new GrantRow(grant.Tenant.Value, (int)grant.Grants)).OrderBy(grant => grant.Tenant, StringComparer.Ordinal)];

    /// <exception cref="InvalidArgumentRejection">A grant is empty, to the owner, or given twice to one tenant.</exception>
    internal static void Validate(IReadOnlyList<TaskGrant> grants, TenantId owner, string field = "grants")
    {
        var violations = new List<FieldViolation>();
        for (var index = 0; index < grants.Count; index++)
        {
            var grant = grants[index];
            if (grant.Tenant == owner)
            {
                violations.Add(new FieldViolation($"{field}[{index}].tenant", $"{owner} owns the task and needs no grant"));
            }

            if (grant.Grants == Grants.None || (grant.Grants & ~Grants.All) != 0)
            {
                violations.Add(new FieldViolation($"{field}[{index}].grants", "names none of GENERATE, TRAIN, PUBLISH, LEND; to revoke, leave the tenant out"));
            }

            if (grants.Take(index).Any(other => other.Tenant == grant.Tenant))
            {
                violations.Add(new FieldViolation($"{field}[{index}].tenant", $"{grant.Tenant} is named twice"));
            }
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
    }
}
