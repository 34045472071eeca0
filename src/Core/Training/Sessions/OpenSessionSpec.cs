using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>What a tenant asks of a new session.</summary>
/// <param name="Pool">The pool whose A the tasks share.</param>
/// <param name="PoolVersion">The pool version to start from; null for the pool's current version.</param>
/// <param name="Tasks">Tasks of the caller, and of tenants that granted it TRAIN, each with its own optimizer.</param>
/// <param name="PoolOptimizer">The optimizer of the shared A (A_TRAINABLE); null for A_FROZEN.</param>
/// <param name="Rebase">Whether to keep heads that are pinned to another pool version, although their outputs change.</param>
public sealed record OpenSessionSpec(
    PoolName Pool,
    int? PoolVersion,
    IReadOnlyList<SessionTaskSpec> Tasks,
    OptimizerSpec? PoolOptimizer,
    bool Rebase)
{
    /// <summary>The part that the catalog needs.</summary>
    internal OpenSession ToOpening() => new(
        Pool,
        PoolVersion,
        [.. Tasks.Select(task => task.Task)],
        PoolOptimizer is not null,
        Rebase,
        new SessionSettings(Tasks, PoolOptimizer).ToJson(),
        Tasks.Where(task => task.Budget is not null).Select(task => task.Task).ToHashSet());

    /// <exception cref="InvalidArgumentRejection">With every value that is out of its range.</exception>
    public void Validate()
    {
        var violations = new List<FieldViolation>();
        for (var at = 0; at < Tasks.Count; at++)
        {
            Tasks[at].Validate($"tasks[{at}]", violations);
        }

        if (PoolOptimizer is { HeadRatio: not 1 })
        {
            violations.Add(new FieldViolation("pool_optimizer.head_ratio", "is for tasks; everything in a pool moves at the pool's learning rate"));
        }

        PoolOptimizer?.Validate("pool_optimizer", violations);
        InvalidArgumentRejection.ThrowIfAny(violations);
    }
}
