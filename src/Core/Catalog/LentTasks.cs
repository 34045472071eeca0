using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Registry;
using CoLA.Core.Rejections;

namespace CoLA.Core.Catalog;

/// <summary>Tasks whose heads a tenant may start a task of its own from: those that it owns and those lent to it.</summary>
internal sealed class LentTasks(RegistryTransaction registry, TenantId caller, BaseModelIdentity baseModel)
{
    public IReadOnlyList<TaskVersionSnapshot> Find(PoolName poolName, IReadOnlyList<TaskName> candidates, int most)
    {
        var pool = Access.UsablePool(registry, caller, poolName);
        Access.RequireBase(pool, baseModel);
        var tasks = candidates.Count == 0 ? All(pool, most) : Named(pool, candidates, most);
        return [.. tasks.Select(task => Snapshots.Of(registry, task, Access.TaskVersion(registry, task, task.ServedVersion), caller))];
    }

    private IReadOnlyList<TaskRow> All(PoolRow pool, int most)
    {
        var tasks = registry.Tasks.ListWith((int)Grants.Lend, caller.Value, pool.Key, most + 1);
        return tasks.Count <= most
            ? tasks
            : throw new InvalidArgumentRejection(
                "candidates",
                $"is left out, and more than {most} tasks of {Snapshots.NameOf(pool)} are {caller}'s or lent to it; name {most} of them at most");
    }

    private List<TaskRow> Named(PoolRow pool, IReadOnlyList<TaskName> candidates, int most)
    {
        if (candidates.Count > most)
        {
            throw new InvalidArgumentRejection("candidates", $"names {candidates.Count} tasks; name {most} at most");
        }

        var tasks = candidates.Select(name => Access.TaskWith(registry, caller, name, Grants.Lend)).ToList();
        var violations = new List<FieldViolation>();
        for (var index = 0; index < tasks.Count; index++)
        {
            if (tasks[index].Pool != pool.Key)
            {
                violations.Add(new FieldViolation(
                    $"candidates[{index}]",
                    $"{candidates[index]} is attached to {Snapshots.NameOf(registry.Pools.Get(tasks[index].Pool))}, not to {Snapshots.NameOf(pool)}"));
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
