using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using Google.Protobuf.WellKnownTypes;

namespace CoLA.Server.Translation;

/// <summary>Pools between the contract and Core.</summary>
internal static class PoolTranslation
{
    private const int DefaultM = 1;
    private const int DefaultRank = 8;
    private const double DefaultAlpha = 16;

    private static readonly IReadOnlyList<Target> AllTargets = [Target.Q, Target.K, Target.V, Target.O, Target.Gate, Target.Up, Target.Down];

    /// <summary>The spec with its defaults filled in.</summary>
    public static PoolSpec ToCore(this V1.PoolSpec? spec)
    {
        spec ??= new V1.PoolSpec();
        return new PoolSpec(
            spec.Targets.Count == 0
                ? AllTargets
                : [.. spec.Targets.Select((target, index) => EnumTranslation.Targets.ToCore(target, $"spec.targets[{index}]"))],
            spec.HasM ? spec.M : DefaultM,
            spec.HasRank ? spec.Rank : DefaultRank,
            spec.HasAlpha ? spec.Alpha : DefaultAlpha,
            EnumTranslation.Initialisations.ToCore(spec.Initialisation, "spec.initialisation", Initialisation.Gaussian),
            spec.HasSvdIterations ? spec.SvdIterations : null,
            spec.Seed,
            spec.SharedHead,
            spec.RankStabilized);
    }

    public static PoolSharing ToCore(this V1.Sharing sharing) => new(
        EnumTranslation.Visibilities.ToCore(sharing.Visibility, "sharing.visibility", PoolVisibility.Private),
        [.. sharing.Tenants.Select((tenant, index) => TenantId.Parse(tenant, $"sharing.tenants[{index}]"))]);

    public static V1.Pool ToContract(this PoolSnapshot pool) => new()
    {
        Name = pool.Name.ToString(),
        Owner = pool.Owner.ToString(),
        Spec = pool.Spec.ToContract(),
        BaseModel = new V1.BaseModel { Name = pool.BaseModel.Name, Sha256 = pool.BaseModel.Sha256 },
        Sharing = new V1.Sharing
        {
            Visibility = EnumTranslation.Visibilities.ToContract(pool.Sharing.Visibility),
            Tenants = { pool.Sharing.Tenants.Select(tenant => tenant.ToString()) },
        },
        CurrentVersion = new PoolVersionName(pool.Name, pool.CurrentVersion).ToString(),
        CreateTime = pool.Created.ToTimestamp(),
    };

    public static V1.PoolVersion ToContract(this PoolVersionSnapshot version) => new()
    {
        Name = version.NameOf(),
        Parent = version.Parent is { } parent ? new PoolVersionName(version.Pool, parent).ToString() : "",
        Maker = version.Maker.ToString(),
        Current = version.Current,
        Bytes = version.Artifact.Bytes,
        CreateTime = version.Created.ToTimestamp(),
    };

    /// <summary><c>pools/POOL/versions/VERSION</c></summary>
    public static string NameOf(this PoolVersionSnapshot version) => new PoolVersionName(version.Pool, version.Number).ToString();

    private static V1.PoolSpec ToContract(this PoolSpec spec)
    {
        var contract = new V1.PoolSpec
        {
            Targets = { spec.Targets.Select(EnumTranslation.Targets.ToContract) },
            M = spec.M,
            Rank = spec.Rank,
            Alpha = spec.Alpha,
            Initialisation = EnumTranslation.Initialisations.ToContract(spec.Initialisation),
            Seed = spec.Seed,
            SharedHead = spec.SharedHead,
            RankStabilized = spec.RankStabilized,
        };
        if (spec.SvdIterations is { } iterations)
        {
            contract.SvdIterations = iterations;
        }

        return contract;
    }
}
