using CoLA.Core.Rejections;

namespace CoLA.Core.Naming;

/// <summary><c>tenants/acme/tasks/support-triage/versions/3</c></summary>
public readonly record struct TaskVersionName(TaskName Task, int Number)
{
    /// <exception cref="InvalidArgumentRejection">The name has another form.</exception>
    public static TaskVersionName Parse(string name, string field = "task_version") =>
        name.LastIndexOf("/versions/", StringComparison.Ordinal) is var cut and > 0
            ? new TaskVersionName(TaskName.Parse(name[..cut], field), VersionNumber.Checked(field, name[(cut + "/versions/".Length)..]))
            : throw new InvalidArgumentRejection(field, $"'{name}' is not of the form tenants/TENANT/tasks/TASK/versions/N");

    public override string ToString() => $"{Task}/versions/{Number}";
}
