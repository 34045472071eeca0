using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Forward;
using CoLA.Core.Model;
using CoLA.Core.Training.State;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// Adapters of a training batch, for autograd: rows of several tasks, the rows of one task side by side. The shared A is
/// one product per site for all of them; each task's heads are folded by its coupling, once per target.
/// </summary>
/// <param name="pool">The shared A and what is subtracted.</param>
/// <param name="parts">The tasks in the order of the batch.</param>
internal sealed class TrainingAdapters(PoolState pool, IReadOnlyList<TaskRows> parts) : ProjectedAdapters
{
    private readonly long[] _tokens = [.. parts.Select(part => (long)part.Tokens)];
    private readonly bool _subtracts = parts.Any(part => part.Task is { Subtracts: true });

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
        if (parts.Count == 1)
        {
            return AddPart(parts[0], layer, target, output, site.Input, site.Task[at], site.Subtracted?[at]);
        }

        var outputs = output.split(_tokens);
        var inputs = site.Input.split(_tokens);
        var task = site.Task[at].split(_tokens);
        var subtracted = site.Subtracted?[at].split(_tokens);
        return cat([.. parts.Select((part, index) => AddPart(part, layer, target, outputs[index], inputs[index], task[index], subtracted?[index]))]);
    }

    /// <summary>
    /// What the adapters read: what drops out is a draw of its task, layer and site. The subtracted product reads the same,
    /// so that a new task computes the base in training too; a router reads the whole input.
    /// </summary>
    private Tensor Drop(int layer, Site site, Tensor input)
    {
        if (parts.All(part => part.Masks is null))
        {
            return input;
        }

        var inputs = input.split(_tokens);
        return cat([.. parts.Select((part, index) => part.Masks?.Drop(layer, site, inputs[index]) ?? inputs[index])]);
    }

    private TargetTensors MatricesOf(TaskState task, int layer, Target target, Tensor like) => new(
        task.Heads.Leaf(layer, target, MatrixKind.B) is { } heads ? Cast(heads, like) : null,
        task.Coupling.Trained is { } kind ? task.Heads.Leaf(layer, target, kind) : null,
        pool.A.Leaf(layer, target, MatrixKind.B) is { } shared ? Cast(shared, like).squeeze(0) : null);

    private static Tensor Cast(Tensor matrix, Tensor like) => matrix.dtype == like.dtype ? matrix : matrix.to(like.dtype);

    /// <summary>Scales by s, where the columns are few, and splits them by target.</summary>
    private Tensor[] SplitTargets(Tensor projected, int targets) =>
        projected.mul(pool.Spec.Scale).split(projected.shape[1] / targets, 1);

    private Tensor AddPart(TaskRows part, int layer, Target target, Tensor output, Tensor input, Tensor projected, Tensor? subtracted)
    {
        if (part.Task is not { } task)
        {
            return output;
        }

        var matrices = MatricesOf(task, layer, target, output);
        var coupling = task.Coupling;
        Tensor sum;
        if (coupling.Collapses && !part.IsDrawn)
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
            var folded = part.IsDrawn ? Coupling.Fold(matrices.Heads!, coupling.Drawn(part.Draws!(layer, target))) : coupling.FoldServed(matrices);
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
