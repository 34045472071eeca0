using System.Security.Cryptography;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Pools;

/// <summary>The rules of pools: who makes, uses, shares, moves and deletes them. Thread-safe.</summary>
public sealed class PoolCatalog
{
    private const string CreateAction = "CreatePool";
    private const int GeneratedIdLength = 12;

    private readonly Ledger _ledger;
    private readonly BaseModelIdentity _baseModel;
    private readonly Func<TenantId, PoolSpec, CancellationToken, Task<Artifact>> _makeFirstVersion;
    private readonly RequestGate _gate = new();

    /// <param name="ledger">Where they are recorded.</param>
    /// <param name="baseModel">The base model that the server runs.</param>
    /// <param name="makeFirstVersion">Makes and writes the A matrices of version 1, or refuses targets that the model lacks.</param>
    internal PoolCatalog(Ledger ledger, BaseModelIdentity baseModel, Func<TenantId, PoolSpec, CancellationToken, Task<Artifact>> makeFirstVersion)
    {
        _ledger = ledger;
        _baseModel = baseModel;
        _makeFirstVersion = makeFirstVersion;
    }

    /// <summary>Makes a pool with its version 1. The id is taken only when the matrices are written.</summary>
    /// <param name="mutation">The caller will own it.</param>
    /// <param name="poolId">Null for one that is made up.</param>
    /// <param name="spec">Fixed for its life.</param>
    /// <param name="sharing">Can be changed.</param>
    /// <param name="cancellation">Ends the making of the matrices.</param>
    /// <exception cref="AlreadyExistsRejection">The id is taken, perhaps by another tenant's pool.</exception>
    /// <exception cref="InvalidArgumentRejection">The id, the spec or the sharing is wrong.</exception>
    public Task<PoolSnapshot> CreateAsync(Mutation mutation, string? poolId, PoolSpec spec, PoolSharing sharing, CancellationToken cancellation) =>
        _gate.EnterAsync(mutation, () => CreateOnceAsync(mutation, poolId, spec, sharing, cancellation), cancellation);

    /// <summary>A pool that the caller owns or may use.</summary>
    public ValueTask<PoolSnapshot> GetAsync(TenantId caller, PoolName name, CancellationToken cancellation) => _ledger.ReadAsync(
        async registry => PoolSnapshots.Of(await PoolAccess.UsableAsync(registry, caller, name).ConfigureAwait(false), caller),
        cancellation);

    /// <summary>Changes whom the pool is shared with, or its current version, or both; null leaves it. Its owner only.</summary>
    /// <exception cref="NotFoundRejection">The pool, or the version, is not there.</exception>
    /// <exception cref="PermissionRejection">The caller may use the pool but does not own it.</exception>
    public Task<PoolSnapshot> UpdateAsync(Mutation mutation, PoolName name, PoolSharing? sharing, int? currentVersion, CancellationToken cancellation)
    {
        if (sharing is null && currentVersion is null)
        {
            throw new InvalidArgumentRejection("sharing", "is missing, and current_version too; give at least one of the two");
        }

        sharing?.Validate();
        return _ledger.ActAsync(
            mutation,
            "UpdatePool",
            async registry =>
            {
                var pool = await PoolAccess.OwnAsync(registry, mutation.Tenant, name).ConfigureAwait(false);
                if (currentVersion is not null)
                {
                    pool = pool with { CurrentVersion = (await PoolAccess.VersionAsync(registry, pool, currentVersion).ConfigureAwait(false)).Number };
                }

                if (sharing is not null)
                {
                    pool = pool with { Visibility = $"{sharing.Visibility}", Shares = SharesOf(sharing) };
                }

                registry.Put(pool);
                await Retention.ApplyAsync(registry, pool.Key).ConfigureAwait(false);
                return PoolSnapshots.Of(pool, mutation.Tenant);
            },
            cancellation);
    }

    /// <summary>Pools that the caller owns or may use, by name.</summary>
    public ValueTask<Page<PoolSnapshot>> ListAsync(TenantId caller, PageRequest page, CancellationToken cancellation) => _ledger.ReadAsync(
        async registry => page.Cut(
            await PoolAccess.ListUsableAsync(registry, caller, page.After(), page.Limit).ConfigureAwait(false),
            row => row.Id,
            row => PoolSnapshots.Of(row, caller)),
        cancellation);

    /// <summary>The versions that are kept, newest first.</summary>
    public ValueTask<Page<PoolVersionSnapshot>> ListVersionsAsync(TenantId caller, PoolName name, PageRequest page, CancellationToken cancellation) =>
        _ledger.ReadAsync(
            async registry =>
            {
                var pool = await PoolAccess.UsableAsync(registry, caller, name).ConfigureAwait(false);
                return await page.CutAsync(
                    await registry.Pools.ListVersionsAsync(pool.Key, page.BeforeVersion(), page.Limit).ConfigureAwait(false),
                    row => $"{row.Number}",
                    row => PoolSnapshots.OfAsync(registry, pool, row)).ConfigureAwait(false);
            },
            cancellation);

    /// <summary>Deletes the pool and its versions. Its owner only.</summary>
    /// <exception cref="PreconditionRejection">Tasks or open sessions are attached to it.</exception>
    public Task DeleteAsync(Mutation mutation, PoolName name, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        "DeletePool",
        async registry =>
        {
            var pool = await PoolAccess.OwnAsync(registry, mutation.Tenant, name).ConfigureAwait(false);
            var tasks = await registry.Tasks.CountAsync(pool.Key).ConfigureAwait(false);
            var sessions = await registry.Sessions.CountAsync(pool.Key).ConfigureAwait(false);
            if (tasks > 0 || sessions > 0)
            {
                throw new PreconditionRejection(
                    $"{name} has {tasks} {(tasks == 1 ? "task" : "tasks")} and {sessions} open {(sessions == 1 ? "session" : "sessions")} attached; "
                    + "it can be deleted when there are none");
            }

            foreach (var version in await registry.Pools.ListVersionsAsync(pool.Key, int.MaxValue, int.MaxValue).ConfigureAwait(false))
            {
                registry.Delete(version);
                registry.LetGoOf(version.Sha256);
            }

            registry.Delete(pool);
            return true;
        },
        cancellation);

    private async Task<PoolSnapshot> CreateOnceAsync(Mutation mutation, string? poolId, PoolSpec spec, PoolSharing sharing, CancellationToken cancellation)
    {
        if (await _ledger.FindReplyAsync<PoolSnapshot>(mutation, CreateAction, cancellation).ConfigureAwait(false) is { } reply)
        {
            return reply;
        }

        var id = poolId is null ? RandomNumberGenerator.GetHexString(GeneratedIdLength, lowercase: true) : ResourceId.Checked("pool_id", poolId);
        spec.Validate();
        sharing.Validate();
        await _ledger.ReadAsync(registry => RequireFreeAsync(registry, id), cancellation).ConfigureAwait(false);
        var matrices = await _makeFirstVersion(mutation.Tenant, spec, cancellation).ConfigureAwait(false);
        return await _ledger.ActAsync(
            mutation,
            CreateAction,
            registry => InsertAsync(registry, mutation.Tenant, id, spec, sharing, matrices),
            cancellation,
            matrices).ConfigureAwait(false);
    }

    private async ValueTask<PoolSnapshot> InsertAsync(
        IRegistryTransaction registry,
        TenantId owner,
        string id,
        PoolSpec spec,
        PoolSharing sharing,
        Artifact matrices)
    {
        await RequireFreeAsync(registry, id).ConfigureAwait(false);
        var pool = new PoolRow
        {
            Key = await registry.NewKeyAsync().ConfigureAwait(false),
            Id = id,
            Owner = owner.Value,
            Spec = CatalogJson.Write(spec),
            Visibility = $"{sharing.Visibility}",
            Shares = SharesOf(sharing),
            BaseName = _baseModel.Name,
            BaseSha256 = _baseModel.Sha256,
            CurrentVersion = 1,
            VersionsMade = 1,
            Created = _ledger.Now,
        };
        registry.Put(pool);
        registry.Put(new PoolVersionRow
        {
            Key = await registry.NewKeyAsync().ConfigureAwait(false),
            Pool = pool.Key,
            Number = 1,
            Parent = null,
            Maker = owner.Value,
            Sha256 = matrices.Sha256,
            Bytes = matrices.Bytes,
            Created = pool.Created,
        });
        return PoolSnapshots.Of(pool, owner);
    }

    private static async ValueTask<bool> RequireFreeAsync(IRegistryReader registry, string id) =>
        await registry.Pools.FindAsync(id).ConfigureAwait(false) is null
            ? true
            : throw new AlreadyExistsRejection($"{new PoolName(id)} exists already; choose another id, or none to have one made up");

    private static IReadOnlyList<string> SharesOf(PoolSharing sharing) =>
        [.. sharing.Tenants.Select(tenant => tenant.Value).Order(StringComparer.Ordinal)];
}
