using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Kernels;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.State;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Passes;

/// <summary>
/// One optimizer step of the tasks that have gradients and, if asked, of the shared A. Everything is checked before any
/// weight changes. On the engine's thread.
/// </summary>
/// <param name="pool">The session's pool.</param>
/// <param name="tasks">The session's tasks.</param>
/// <param name="spec">What the caller asks.</param>
/// <param name="team">The threads of the CPU's own kernels; null where libtorch computes.</param>
internal sealed class WeightUpdate(PoolState pool, IReadOnlyDictionary<TaskName, TaskState> tasks, OptimStepSpec spec, KernelTeam? team)
{
    /// <summary>Tasks whose gradients this call has computed: they are updated too, although nothing has accumulated them.</summary>
    public IReadOnlyList<TaskName> Fresh { get; init; } = [];

    /// <exception cref="InvalidArgumentRejection">A task is not in the session.</exception>
    /// <exception cref="PreconditionRejection">Something has no gradient, or one that is not finite; nothing has changed.</exception>
    public OptimStepReport Apply()
    {
        var ready = Fresh.Concat(tasks.Where(task => task.Value.Heads.Accumulated is not null).Select(task => task.Key)).Distinct().ToArray();
        var named = spec.Tasks ?? ready;
        RequireReady(named, ready);
        using var scope = NewDisposeScope();
        var moves = named.Select(task => MoveOf(task, tasks[task])).ToArray();
        var poolMove = StepsPool(named, ready) ? MoveOfPool() : null;
        RequireFinite(poolMove is null ? moves : [.. moves, poolMove]);
        return new OptimStepReport([.. named.Zip(moves, (task, move) => new TaskUpdate(task, move.Make()))], poolMove?.Make());
    }

    /// <summary>The refusal of losses or gradients that are not finite.</summary>
    public static PreconditionRejection NotFinite(IEnumerable<string> names) => new(
        $"the loss or gradient of {string.Join(", ", names)} is not finite; the call is refused and nothing has changed. "
        + "A lower learning rate or a gradient norm limit may help; LoadState goes back to a saved state");

    private void RequireReady(IReadOnlyList<TaskName> named, IReadOnlyList<TaskName> ready)
    {
        InvalidArgumentRejection.ThrowIfAny([.. named.Index()
            .Where(task => !tasks.ContainsKey(task.Item))
            .Select(task => new FieldViolation($"tasks[{task.Index}]", $"{task.Item} is not in the session"))]);
        if (named.Except(ready).ToArray() is { Length: > 0 } idle)
        {
            throw new PreconditionRejection($"{string.Join(", ", idle)} has no gradient to apply; ForwardBackward makes one");
        }
    }

    private bool StepsPool(IReadOnlyList<TaskName> named, IReadOnlyList<TaskName> ready)
    {
        if (pool.Optimizer is null)
        {
            return spec.Pool == true || spec.PoolOptimizer is not null
                ? throw new PreconditionRejection("the session's A is frozen: its pool is not stepped")
                : false;
        }

        var hasGradient = Fresh.Count > 0 || pool.A.Accumulated is not null;
        if (spec.Pool == true && !hasGradient)
        {
            throw new PreconditionRejection("the pool has no gradient to apply; ForwardBackward makes one");
        }

        return hasGradient && (spec.Pool ?? !ready.Except(named).Any());
    }

    private Move MoveOf(TaskName name, TaskState task)
    {
        var gradient = task.Heads.Total(Fresh.Contains(name));
        if (task.Budget is { } budget)
        {
            // A copy: what is accumulated stays as it is where the step is refused.
            gradient = gradient.clone();
            budget.Penalise(task.Heads.Weights.Flat, gradient);
        }

        var norm = task.Ties?.SquaredNorm(gradient).sqrt() ?? gradient.norm();
        return new Move(name.ToString(), task.Heads, task.Optimizer, spec.Optimizer ?? task.Optimizer.Spec, gradient, norm.item<float>(), task.Budget, team);
    }

    private Move MoveOfPool()
    {
        var (optimizer, gradient) = (pool.Optimizer!, pool.A.Total(Fresh.Count > 0));
        return new Move("the pool", pool.A, optimizer, spec.PoolOptimizer ?? optimizer.Spec, gradient, gradient.norm().item<float>(), null, team);
    }

    private static void RequireFinite(IReadOnlyList<Move> moves)
    {
        if (moves.Where(move => !double.IsFinite(move.Norm)).Select(move => move.Name).ToArray() is { Length: > 0 } broken)
        {
            throw NotFinite(broken);
        }
    }

    private sealed record Move(
        string Name, TrainableMatrices Matrices, AdamW Optimizer, OptimizerSpec Spec, Tensor Gradient, double Norm, RankBudget? Budget, KernelTeam? Team)
    {
        public WeightUpdateReport Make()
        {
            var rate = Optimizer.RateOf(Spec);
            Optimizer.Apply(Matrices.Weights.Flat, Gradient, Norm, Team, Spec);
            Budget?.Follow(Matrices.Weights.Flat, Gradient, Optimizer.Step);
            Matrices.MarkChanged();
            Matrices.DropAccumulated();
            return new WeightUpdateReport(Optimizer.Step, rate, Norm);
        }
    }
}
