using CoLA.Core.Adapters;
using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Training;

/// <summary>
/// Adapters of a training batch where the base has the CPU's own kernels: each site is one node of the graph
/// (<see cref="SiteProduct"/>). <see cref="TrainingAdapters"/> is the same in libtorch's operations.
/// </summary>
/// <param name="model">The base.</param>
/// <param name="pool">The shared A and what is subtracted.</param>
/// <param name="parts">The tasks in the order of the batch.</param>
internal sealed class KernelAdapters(CausalLanguageModel model, PoolState pool, IReadOnlyList<TrainingPart> parts) : IAdapters, IDisposable
{
    private readonly SiteScratch _scratch = new();
    private readonly List<SiteAdapters> _sites = [];

    /// <summary>Whether the kernels know all of a batch: fixed or drawn couplings of a task's own heads, and whole inputs.</summary>
    public static bool Fit(PoolState pool, IReadOnlyList<TrainingPart> parts) =>
        !pool.Spec.SharedHead
        && parts.All(part => part is { Masks: null, Task: null or { Coupling: { Trained: null, Routes: false, Shares: false } } });

    public Tensor[] Multiply(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths)
    {
        if (pool.A.Weights.Layout.Find(layer, site) is not { } slot)
        {
            return NoAdapters.Instance.Multiply(layer, site, matrix, bias, input, widths);
        }

        var adapters = new SiteAdapters(SpecOf((PanelMatrix)matrix, bias, slot), _scratch, model.Team!);
        _sites.Add(adapters);
        var output = is_grad_enabled() ? SiteProduct.apply(input, adapters) : adapters.Forward(input, keep: false);
        return widths.Length == 1 ? [output] : output.split(widths, 1);
    }

    public void Dispose()
    {
        _sites.ForEach(site => site.Dispose());
        _scratch.Dispose();
    }

    private SiteSpec SpecOf(PanelMatrix matrix, Tensor? bias, SiteSlot slot)
    {
        var subtracts = pool.Initial is not null && parts.Any(part => part.Task is { Subtracts: true });
        return new SiteSpec(
            matrix,
            bias,
            [.. slot.Targets.Select(target => TargetOf(slot.Site, target))],
            [.. slot.Targets.SelectMany((target, at) => PartsOf(slot.Layer, target, at))],
            pool.Spec.M,
            pool.Spec.Rank,
            (float)pool.Spec.Scale,
            parts.All(part => part.Task is null || (part.Task.Coupling.Collapses && !part.IsDrawn)),
            pool.A.WeightsAt(slot.Offset, slot.Length),
            pool.A.GradientAt(slot.Offset, slot.Length),
            subtracts ? pool.Initial!.Rank : 0,
            subtracts ? InitialOf(pool.Initial!.A, pool.Initial.A.Layout.Find(slot.Layer, slot.Site)!) : 0);
    }

    private SiteTarget TargetOf(Site site, Target target) => new(
        Sites.TargetsOf(site).TakeWhile(other => other != target).Sum(model.Config.Out), model.Config.Out(target));

    private IEnumerable<SitePart> PartsOf(int layer, Target target, int place)
    {
        var first = 0;
        foreach (var part in parts)
        {
            if (part.Task is { } task)
            {
                var slot = task.Heads.Weights.Layout.Find(layer, target, MatrixKind.B)!;
                yield return new SitePart(
                    first,
                    part.Tokens,
                    place,
                    part.IsDrawn ? task.Coupling.Drawn(part.Draws!(layer, target)) : task.Coupling.Mean,
                    task.Heads.WeightsAt(slot.Offset, slot.Length),
                    task.Heads.GradientAt(slot.Offset, slot.Length),
                    task.Subtracts && pool.Initial is { } initial ? InitialOf(initial.B, initial.B.Layout.Find(layer, target, MatrixKind.B)!) : 0);
            }

            first += part.Tokens;
        }
    }

    private static unsafe nint InitialOf(FlatMatrices matrices, SiteSlot slot)
    {
        using var view = matrices.Flat.narrow(0, slot.Offset, slot.Length);
        return (nint)view.Floats();
    }

    private static unsafe nint InitialOf(FlatMatrices matrices, MatrixSlot slot)
    {
        using var view = matrices.Flat.narrow(0, slot.Offset, slot.Length);
        return (nint)view.Floats();
    }
}
