using System.Security.Cryptography;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>The rules of pools: who makes, uses, shares, moves and deletes them. Thread-safe.</summary>
/// <param name="data">Where they last.</param>
/// <param name="baseModel">The base model that the server runs.</param>
/// <param name="makeFirstVersion">Makes and writes the A matrices of version 1, or refuses targets that the model lacks.</param>
public sealed class PoolCatalog(
    DataDirectory data,
    BaseModelIdentity baseModel,
    Func<TenantId, PoolSpec, CancellationToken, Task<Artifact>> makeFirstVersion)
{
    private const int GeneratedIdLength = 12;

    private readonly Ledger _ledger = data.Ledger;
    private readonly RequestGate _gate = new();

    /// <summary>Makes a pool with its version 1. Nothing is reserved before the matrices are on the disk.</summary>
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
    public PoolSnapshot Get(TenantId caller, PoolName name) =>
        _ledger.Read(registry => Snapshots.Of(registry, Access.UsablePool(registry, caller, name), caller));

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
            registry =>
            {
                var pool = Access.OwnPool(registry, mutation.Tenant, name);
                if (currentVersion is not null)
                {
                    pool = pool with { CurrentVersion = Access.PoolVersion(registry, pool, currentVersion).Number };
                }

                if (sharing is not null)
                {
                    pool = pool with { Visibility = sharing.Visibility.ToString() };
                    SetShares(registry, pool.Key, sharing);
                }

                registry.Pools.Update(pool);
                Retention.Apply(registry, pool.Key);
                return Snapshots.Of(registry, pool, mutation.Tenant);
            },
            cancellation);
    }

    /// <summary>Pools that the caller owns or may use, by name.</summary>
    public Page<PoolSnapshot> List(TenantId caller, PageRequest page) => _ledger.Read(registry => page.Cut(
        registry.Pools.List(caller.Value, page.After(), page.CheckedSize + 1),
        row => row.Id,
        row => Snapshots.Of(registry, row, caller)));

    /// <summary>The versions that are kept, newest first.</summary>
    public Page<PoolVersionSnapshot> ListVersions(TenantId caller, PoolName name, PageRequest page) => _ledger.Read(registry =>
    {
        var pool = Access.UsablePool(registry, caller, name);
        return page.Cut(
            registry.Pools.VersionsBefore(pool.Key, page.BeforeNumber(), page.CheckedSize + 1),
            row => $"{row.Number}",
            row => Snapshots.Of(registry, pool, row));
    });

    /// <summary>Deletes the pool and its versions. Its owner only.</summary>
    /// <exception cref="PreconditionRejection">Tasks or open sessions are attached to it.</exception>
    public Task DeleteAsync(Mutation mutation, PoolName name, CancellationToken cancellation) => _ledger.ActAsync(
        mutation,
        "DeletePool",
        registry =>
        {
            var pool = Access.OwnPool(registry, mutation.Tenant, name);
            var (tasks, sessions) = registry.Pools.CountAttached(pool.Key);
            if (tasks > 0 || sessions > 0)
            {
                throw new PreconditionRejection(
                    $"{name} has {tasks} {(tasks == 1 ? "task" : "tasks")} and {sessions} open {(sessions == 1 ? "session" : "sessions")} attached; it "
                        + "can be deleted when there are none");
            }

            foreach (var version in registry.Pools.Versions(pool.Key))
            {
                registry.Files.LetGoOf(version.Sha256);
            }

            registry.Pools.Delete(pool.Key);
            return true;
        },
        cancellation);

    private static void SetShares(RegistryTransaction registry, long pool, PoolSharing sharing) =>
        registry.Pools.SetShares(pool, sharing.Tenants.Select(tenant => tenant.Value));

    private async Task<PoolSnapshot> CreateOnceAsync(Mutation mutation, string? poolId, PoolSpec spec, PoolSharing sharing, CancellationToken cancellation)
    {
        const string action = "CreatePool";
        if (_ledger.FindReply<PoolSnapshot>(mutation, action) is { } reply)
        {
            return reply;
        }

        var id = poolId is null ? RandomNumberGenerator.GetHexString(GeneratedIdLength, lowercase: true) : ResourceId.Checked("pool_id", poolId);
        spec.Validate();
        sharing.Validate();
        _ledger.Read(registry => RequireFree(registry, id));
        var matrices = await makeFirstVersion(mutation.Tenant, spec, cancellation).ConfigureAwait(false);
        return await _ledger.ActAsync(mutation, action, registry => Insert(registry, mutation.Tenant, id, spec, sharing, matrices), cancellation, matrices)
            .ConfigureAwait(false);
    }

    private PoolSnapshot Insert(RegistryTransaction registry, TenantId owner, string id, PoolSpec spec, PoolSharing sharing, Artifact matrices)
    {
        RequireFree(registry, id);
        var row = new PoolRow
        {
            Id = id,
            Owner = owner.Value,
            Spec = CatalogJson.Write(spec),
            Visibility = sharing.Visibility.ToString(),
            BaseName = baseModel.Name,
            BaseSha256 = baseModel.Sha256,
            CurrentVersion = 1,
            VersionsMade = 1,
            Created = _ledger.Now,
        };
        row = row with { Key = registry.Pools.Insert(row) };
        SetShares(registry, row.Key, sharing);
        registry.Pools.InsertVersion(new PoolVersionRow
        {
            Pool = row.Key,
            Number = 1,
            Parent = null,
            Maker = owner.Value,
            Sha256 = matrices.Sha256,
            Bytes = matrices.Bytes,
            Created = row.Created,
        });
        return Snapshots.Of(registry, row, owner);
    }

    private static bool RequireFree(RegistryTransaction registry, string id) => registry.Pools.Find(id) is null
        ? true
        : throw new AlreadyExistsRejection($"{new PoolName(id)} exists already; choose another id, or none to have one made up");
}
