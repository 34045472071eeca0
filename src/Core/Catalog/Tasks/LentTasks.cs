using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog.Tasks;

/// <summary>Finds tasks whose heads a tenant may start a task of its own from: those that it owns and those lent to it.</summary>
internal sealed class LentTasks(IRegistryReader registry, TenantId caller, BaseModelIdentity baseModel)
{
    /// <summary>The served versions of the candidates; of all that there are, where no candidates are named.</summary>
    public async ValueTask<IReadOnlyList<TaskVersionSnapshot>> FindAsync(PoolName poolName, IReadOnlyList<TaskName> candidates, int most)
    {
        var pool = await PoolAccess.UsableAsync(registry, caller, poolName).ConfigureAwait(false);
        PoolAccess.RequireBase(pool, baseModel);
        var tasks = candidates.Count == 0
            ? await AllAsync(pool, most).ConfigureAwait(false)
            : await NamedAsync(pool, candidates, most).ConfigureAwait(false);
        var versions = new List<TaskVersionSnapshot>();
        foreach (var task in tasks)
        {
            var served = await registry.Tasks.GetVersionAsync(task.Key, task.ServedVersion).ConfigureAwait(false);
            versions.Add(await TaskSnapshots.OfAsync(registry, task, served, caller).ConfigureAwait(false));
        }

        return versions;
    }

    private async ValueTask<IReadOnlyList<TaskRow>> AllAsync(PoolRow pool, int most)
    {
        var own = await registry.Tasks.ListOwnedAsync(caller.Value, pool.Key, "", most + 1).ConfigureAwait(false);
        var granted = await Paging.AllAsync(
            ("", ""),
            task => (task.Tenant, task.Id),
            (after, limit) => registry.Tasks.ListGrantedAsync(caller.Value, pool.Key, after, limit)).ConfigureAwait(false);
        var lent = granted.Where(task => TaskAccess.GrantsOn(task, caller).HasFlag(Grants.Lend));
        TaskRow[] tasks = [.. own.Concat(lent).OrderBy(task => task.Tenant, StringComparer.Ordinal).ThenBy(task => task.Id, StringComparer.Ordinal)];
        return tasks.Length <= most
            ? tasks
            : throw new InvalidArgumentRejection(
                "candidates",
                $"is left out, and more than {most} tasks of {PoolSnapshots.NameOf(pool)} are {caller}'s or lent to it; name {most} of them at most");
    }

    private async ValueTask<IReadOnlyList<TaskRow>> NamedAsync(PoolRow pool, IReadOnlyList<TaskName> candidates, int most)
    {
        if (candidates.Count > most)
        {
            throw new InvalidArgumentRejection("candidates", $"names {candidates.Count} tasks; name {most} at most");
        }

        var tasks = new List<TaskRow>();
        foreach (var name in candidates)
        {
            tasks.Add(await TaskAccess.WithAsync(registry, caller, name, Grants.Lend).ConfigureAwait(false));
        }

        var violations = new List<FieldViolation>();
        for (var index = 0; index < tasks.Count; index++)
        {
            if (tasks[index].Pool != pool.Key)
            {
                var attached = PoolSnapshots.NameOf(await registry.Pools.GetAsync(tasks[index].Pool).ConfigureAwait(false));
                violations.Add(new FieldViolation(
                    $"candidates[{index}]",
                    $"{candidates[index]} is attached to {attached}, not to {PoolSnapshots.NameOf(pool)}"));
            }

            if (candidates.Take(index).Contains(candidates[index]))
            {
                violations.Add(new FieldViolation($"candidates[{index}]", $"{candidates[index]} is named twice"));
            }
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
        return tasks;
    }
}
