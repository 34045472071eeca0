using CoLA.V1;

namespace CoLA.Cli.Naming;

/// <summary>
/// The contract's names from what people type: <c>shared</c> for <c>pools/shared</c>, <c>sort</c> or <c>acme/sort</c> for
/// <c>tenants/acme/tasks/sort</c>, with <c>@3</c> behind it for a version. Full names are taken as they are.
/// </summary>
internal static class ResourceNames
{
    /// <summary>What stands for the base model where a task could stand.</summary>
    public const string Base = "base";

    public static string Pool(string typed) => typed.StartsWith("pools/", StringComparison.Ordinal) ? typed : $"pools/{typed}";

    /// <summary>The pool of <c>shared@2</c>, <c>shared</c> or a full name of either kind.</summary>
    public static string PoolOf(string typed)
    {
        var name = Pool(typed.Split('@')[0]);
        return name.Split("/versions/")[0];
    }

    /// <summary>The version of <c>shared@2</c> or of a full name that has one; null where none is named.</summary>
    public static string? PoolVersionOf(string typed) => typed.Split('@') switch
    {
        [var pool, var number] => $"{Pool(pool)}/versions/{number}",
        _ when typed.Contains("/versions/", StringComparison.Ordinal) => typed,
        _ => null,
    };

    /// <summary>A version of <paramref name="pool"/> from its number, from <c>shared@2</c>, or from its full name.</summary>
    public static string PoolVersion(string pool, string typed) => PoolVersionOf(typed) ?? $"{pool}/versions/{typed}";

    public static string Task(string tenant, string typed) => typed switch
    {
        _ when typed.StartsWith("tenants/", StringComparison.Ordinal) => typed,
        _ when typed.Split('/') is [var owner, var task] => $"tenants/{owner}/tasks/{task}",
        _ => $"tenants/{tenant}/tasks/{typed}",
    };

    public static string Job(string tenant, string typed) =>
        typed.StartsWith("tenants/", StringComparison.Ordinal) ? typed : $"tenants/{tenant}/jobs/{typed}";

    /// <summary>A version of <paramref name="task"/> from its number or its full name.</summary>
    public static string TaskVersion(string task, string typed) =>
        typed.Contains('/', StringComparison.Ordinal) ? typed : $"{task}/versions/{typed}";

    /// <summary>What a row is computed with: <c>base</c>, a task, or a task's version.</summary>
    public static Source Source(string tenant, string typed)
    {
        if (typed == Base)
        {
            return new Source { Base = new Base() };
        }

        if (typed.Split('@') is [var task, var number])
        {
            return new Source { TaskVersion = TaskVersion(Task(tenant, task), number) };
        }

        var name = Task(tenant, typed);
        return name.Contains("/versions/", StringComparison.Ordinal) ? new Source { TaskVersion = name } : new Source { Task = name };
    }

    /// <summary>The name as people type it.</summary>
    public static string Short(string name) => name.Split('/') switch
    {
        ["pools", var pool] => pool,
        ["pools", var pool, "versions", var version] => $"{pool}@{version}",
        ["tenants", var tenant, "tasks", var task] => $"{tenant}/{task}",
        ["tenants", var tenant, "tasks", var task, "versions", var version] => $"{tenant}/{task}@{version}",
        ["tenants", _, "jobs", var job] => job,
        _ => name,
    };
}
