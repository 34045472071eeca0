using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary><c>tenants/acme/jobs/7f3a...</c></summary>
public readonly record struct JobName(TenantId Tenant, string Job)
{
    /// <exception cref="InvalidArgumentRejection">The name has another form.</exception>
    public static JobName Parse(string name, string field = "name") =>
        name.Split('/') is ["tenants", var tenant, "jobs", var job]
            ? new JobName(TenantId.Parse(tenant, field), ResourceId.Checked(field, job))
            : throw new InvalidArgumentRejection(field, $"'{name}' is not of the form tenants/TENANT/jobs/JOB");

    public override string ToString() => $"tenants/{Tenant}/jobs/{Job}";
}
