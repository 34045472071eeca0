
namespace CoLA.Core.Naming;

/// <summary>A tenant, named by the caller in the metadata of each call: <c>acme</c>.</summary>
public readonly record struct TenantId(string Value)
{
    /// <exception cref="Rejections.InvalidArgumentRejection">The id breaks the rule for ids.</exception>
    public static TenantId Parse(string value, string field = "tenant") => new(ResourceId.Checked(field, value));

    public override string ToString() => Value;
}
