using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using Google.Protobuf.Collections;
using Google.Protobuf.WellKnownTypes;

namespace CoLA.Server.Translation;

/// <summary>Tasks between the contract and Core.</summary>
internal static class TaskTranslation
{
    private const int DefaultN = 1;

    /// <summary>The spec with its defaults filled in.</summary>
    public static TaskSpec ToCore(this V1.TaskSpec? spec)
    {
        spec ??= new V1.TaskSpec();
        return new TaskSpec(EnumTranslation.Strategies.ToCore(spec.Strategy, "spec.strategy"), spec.HasN ? spec.N : DefaultN, spec.Seed);
    }

    /// <param name="grants">Whom the owner lets do what.</param>
    /// <param name="field">Where they stand in the request.</param>
    public static IReadOnlyList<TaskGrant> ToCore(this IEnumerable<V1.Grant> grants, string field) =>
        [.. grants.Select((grant, index) => new TaskGrant(
            TenantId.Parse(grant.Tenant, $"{field}[{index}].tenant"),
            ToCore(grant.Permissions, $"{field}[{index}].permissions")))];

    public static V1.TenantTask ToContract(this TaskSnapshot task) => new()
    {
        Name = task.Name.ToString(),
        Pool = task.Pool.ToString(),
        Spec = new V1.TaskSpec
        {
            Strategy = EnumTranslation.Strategies.ToContract(task.Spec.Strategy),
            N = task.Spec.N,
            Seed = task.Spec.Seed,
        },
        ServedVersion = new TaskVersionName(task.Name, task.ServedVersion).ToString(),
        Grants =
        {
            task.Grants.Select(grant => new V1.Grant
            {
                Tenant = grant.Tenant.ToString(),
                Permissions = { EnumTranslation.Permissions.ToContracts(grant.Grants) },
            }),
        },
        CreateTime = task.Created.ToTimestamp(),
        StartedFrom = task.StartedFrom?.ToString() ?? "",
    };

    public static V1.TaskVersion ToContract(this TaskVersionSnapshot version) => new()
    {
        Name = new TaskVersionName(version.Task, version.Number).ToString(),
        PoolVersion = version.PoolVersion.NameOf(),
        Maker = version.Maker.ToString(),
        Trained = version.Heads is not null,
        Served = version.Served,
        Bytes = version.Heads?.Bytes ?? 0,
        CreateTime = version.Created.ToTimestamp(),
        StartedFrom = version.StartedFrom?.ToString() ?? "",
    };

    private static Grants ToCore(RepeatedField<V1.Permission> permissions, string field)
    {
        if (permissions.Count == 0 || permissions.Distinct().Count() != permissions.Count)
        {
            throw new InvalidArgumentRejection(
                field, "names none, or one twice; give each of GENERATE, TRAIN, PUBLISH, LEND at most once, and to revoke leave the tenant out");
        }

        return permissions.Select((permission, index) => EnumTranslation.Permissions.ToCore(permission, $"{field}[{index}]"))
            .Aggregate((all, one) => all | one);
    }
}
