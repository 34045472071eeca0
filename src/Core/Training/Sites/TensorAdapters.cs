using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Forward;
using CoLA.Core.Model;
using CoLA.Core.Training.State;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// Adapters of a micro-batch in libtorch's operations, differentiated by autograd. The shared A is one product per site for the
/// rows of all tasks; each task's heads are folded by its coupling, once per target.
/// </summary>
/// <param name="pool">The shared A and the initial product.</param>
/// <param name="tasks">The rows of the pool's tasks, in the order of the batch.</param>
internal sealed class TensorAdapters(PoolState pool, IReadOnlyList<TaskRows> tasks) : ProjectedAdapters
{
    private readonly long[] _tokens = [.. tasks.Select(rows => (long)rows.Tokens)];
    private readonly bool _subtracts = tasks.Any(rows => rows.Task is { Subtracts: true });

    public override object? Project(int layer, Site site, Tensor input)
    {
        if (pool.A.Leaf(layer, site) is not { } a)
        {
            return null;
        }

        var targets = pool.A.Weights.Layout.Find(layer, site)!.Targets;
        var read = Drop(layer, site, input);
        var subtracted = _subtracts && pool.Initial is { } initial
            ? SplitTargets(read.matmul(Cast(initial.A.View(initial.A.Layout.Find(layer, site)!, input.shape[1]), input).t()), targets.Count)
            : null;
        return new Projected(input, targets, SplitTargets(read.matmul(Cast(a, input).t()), targets.Count), subtracted);
    }

    public override Tensor Add(int layer, Target target, Tensor output, object? projected)
    {
        if (projected is not Projected { Targets: var targets } site || !targets.Contains(target))
        {
            return output;
        }

        var at = targets.TakeWhile(other => other != target).Count();
        if (tasks.Count == 1)
        {
            return AddTask(tasks[0], layer, target, output, site.Input, site.Task[at], site.Subtracted?[at]);
        }

        var outputs = output.split(_tokens);
        var inputs = site.Input.split(_tokens);
        var task = site.Task[at].split(_tokens);
        var subtracted = site.Subtracted?[at].split(_tokens);
        return cat([.. tasks.Select((rows, index) => AddTask(rows, layer, target, outputs[index], inputs[index], task[index], subtracted?[index]))]);
    }

    /// <summary>
    /// What the adapters read: the input after each task's dropout. The subtracted product reads the same, so that a new task
    /// computes exactly the base in training too. A router reads the whole input.
    /// </summary>
    private Tensor Drop(int layer, Site site, Tensor input)
    {
        if (tasks.All(rows => rows.Masks is null))
        {
            return input;
        }

        var inputs = input.split(_tokens);
        return cat([.. tasks.Select((rows, index) => rows.Masks?.Drop(layer, site, inputs[index]) ?? inputs[index])]);
    }

    private TargetTensors MatricesOf(TaskState task, int layer, Target target, Tensor like) => new(
        task.Heads.Leaf(layer, target, MatrixKind.B) is { } heads ? Cast(heads, like) : null,
        task.Coupling.Trained is { } kind ? task.Heads.Leaf(layer, target, kind) : null,
        pool.A.Leaf(layer, target, MatrixKind.B) is { } shared ? Cast(shared, like).squeeze(0) : null);

    private static Tensor Cast(Tensor matrix, Tensor like) => matrix.dtype == like.dtype ? matrix : matrix.to(like.dtype);

    /// <summary>Multiplies by s, here where the columns are few, and splits them by target.</summary>
    private Tensor[] SplitTargets(Tensor projected, int targets) =>
        projected.mul(pool.Spec.Scale).split(projected.shape[1] / targets, 1);

    private Tensor AddTask(TaskRows rows, int layer, Target target, Tensor output, Tensor input, Tensor projected, Tensor? subtracted)
    {
        if (rows.Task is not { } task)
        {
            return output;
        }

        var matrices = MatricesOf(task, layer, target, output);
        var coupling = task.Coupling;
        Tensor sum;
        if (coupling.Collapses && !rows.IsDrawn)
        {
            var summed = projected.view(-1, coupling.M, pool.Spec.Rank).sum(dim: 1); // (tokens, r)
            sum = addmm(output, summed, coupling.FoldServed(matrices), 1, 1);
        }
        else if (coupling.Routes)
        {
            var weighed = HydraLoraCoupling.Route(projected, input.matmul(Cast(matrices.Trained!, input).t()));
            sum = addmm(output, weighed, coupling.FoldServed(matrices), 1, 1);
        }
        else
        {
            var folded = rows.IsDrawn ? Coupling.Fold(matrices.Heads!, coupling.Drawn(rows.Draws!(layer, target))) : coupling.FoldServed(matrices);
            sum = addmm(output, projected, folded, 1, 1);
        }

        if (!task.Subtracts || subtracted is null)
        {
            return sum;
        }

        var initial = pool.Initial!.B;
        return addmm(sum, subtracted, Cast(initial.View(initial.Layout.Find(layer, target, MatrixKind.B)!).squeeze(0), output), 1, -1);
    }

    private sealed record Projected(Tensor Input, IReadOnlyList<Target> Targets, Tensor[] Task, Tensor[]? Subtracted);
}
