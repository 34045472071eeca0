using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary><c>tenants/acme/tasks/support-triage</c></summary>
public readonly record struct TaskName(TenantId Tenant, string Task)
{
    /// <exception cref="InvalidArgumentRejection">The name has another form.</exception>
    public static TaskName Parse(string name, string field = "task") =>
        name.Split('/') is ["tenants", var tenant, "tasks", var task]
            ? new TaskName(TenantId.Parse(tenant, field), ResourceId.Checked(field, task))
            : throw new InvalidArgumentRejection(field, $"'{name}' is not of the form tenants/TENANT/tasks/TASK");

    public override string ToString() => $"tenants/{Tenant}/tasks/{Task}";
}
