using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Optimizers;

namespace CoLA.Core.Training.Passes;

/// <summary>Which tasks take an optimizer step with their accumulated gradients, and with which optimizers.</summary>
public sealed record OptimStepSpec
{
    /// <summary>The tasks to step; null for every task that has a gradient.</summary>
    public IReadOnlyList<TaskName>? Tasks { get; init; }

    /// <summary>Replaces, for this step, the optimizers that the session gave the tasks, schedules included.</summary>
    public OptimizerSpec? Optimizer { get; init; }

    /// <summary>Whether to step the pool too; null to step it if A is trainable and every task that has a gradient is stepped.</summary>
    public bool? Pool { get; init; }

    /// <summary>Replaces, for this step, the pool's optimizer.</summary>
    public OptimizerSpec? PoolOptimizer { get; init; }

    /// <exception cref="InvalidArgumentRejection">With every error that can be seen without the session.</exception>
    internal void Validate()
    {
        var violations = new List<FieldViolation>();
        Optimizer?.Validate("optimizer", violations);
        PoolOptimizer?.Validate("pool_optimizer", violations);
        violations.AddRange((Tasks ?? []).CountBy(task => task)
            .Where(named => named.Value > 1)
            .Select(named => new FieldViolation("tasks", $"names {named.Key} {named.Value} times")));
        if (PoolOptimizer is not null && Pool == false)
        {
            violations.Add(new FieldViolation("pool_optimizer", "is given, but pool is false: the pool would not be stepped"));
        }

        InvalidArgumentRejection.ThrowIfAny(violations);
    }
}
