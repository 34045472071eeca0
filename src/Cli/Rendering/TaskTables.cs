using CoLA.Cli.Naming;
using CoLA.V1;
using Spectre.Console;

namespace CoLA.Cli.Rendering;

/// <summary>Tasks as people see them.</summary>
internal static class TaskTables
{
    public static Table List(IEnumerable<TenantTask> tasks)
    {
        var table = Tables.New("task", "pool", "strategy", "N", "serves", "grants");
        foreach (var task in tasks)
        {
            table.AddTextRow(
                ResourceNames.Short(task.Name),
                ResourceNames.Short(task.Pool),
                EnumWords.Of(task.Spec.Strategy),
                $"{task.Spec.N}",
                ResourceNames.Short(task.ServedVersion),
                string.Join("; ", task.Grants.Select(Describe)));
        }

        return table;
    }

    public static Table Details(TenantTask task) => Tables.Facts(
        ("task", ResourceNames.Short(task.Name)),
        ("pool", ResourceNames.Short(task.Pool)),
        ("strategy", EnumWords.Of(task.Spec.Strategy)),
        ("N", $"{task.Spec.N}"),
        ("seed", $"{task.Spec.Seed}"),
        ("serves", ResourceNames.Short(task.ServedVersion)),
        ("started from", task.StartedFrom.Length == 0 ? ResourceNames.Base : ResourceNames.Short(task.StartedFrom)),
        ("grants", task.Grants.Count == 0 ? "none" : string.Join('\n', task.Grants.Select(Describe))),
        ("registered", Tables.When(task.CreateTime)));

    public static Table Versions(IEnumerable<TaskVersion> versions)
    {
        var table = Tables.New("version", "pool version", "made by", "made", "size", "");
        foreach (var version in versions)
        {
            table.AddTextRow(
                ResourceNames.Short(version.Name),
                ResourceNames.Short(version.PoolVersion),
                version.Maker,
                Tables.When(version.CreateTime),
                version.Trained ? Sizes.Bytes(version.Bytes) : "untrained",
                version.Served ? "served" : "");
        }

        return table;
    }

    private static string Describe(Grant grant) => $"{grant.Tenant}: {string.Join(", ", grant.Permissions.Select(EnumWords.Of))}";
}
