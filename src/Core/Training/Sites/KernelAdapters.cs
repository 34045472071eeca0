using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// Adapters of a training batch where the base has the CPU's own kernels: each site is one node of the graph
/// (<see cref="SiteProduct"/>). <see cref="TrainingAdapters"/> is the same in libtorch's operations.
/// </summary>
/// <param name="model">The base.</param>
/// <param name="pools">The pools' stretches in the order of the batch; all fit (<see cref="PoolParts.FitsKernels"/>).</param>
internal sealed class KernelAdapters(CausalLanguageModel model, IReadOnlyList<PoolParts> pools) : IAdapters, IDisposable
{
    private readonly SiteScratch _scratch = new();
    private readonly List<SiteAdapters> _sites = [];

    public Tensor[] Multiply(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths)
    {
        var output = MultiplyJoined(layer, site, matrix, bias, input, widths);
        return widths.Length == 1 ? [output] : output.split(widths, 1);
    }

    public Tensor MultiplyJoined(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths)
    {
        PoolSite[] stretches = [.. PoolsAt(layer, site)];
        if (stretches.Length == 0)
        {
            return NoAdapters.Instance.MultiplyJoined(layer, site, matrix, bias, input, widths);
        }

        var adapters = new SiteAdapters(new SiteSpec((PanelMatrix)matrix, bias, stretches), _scratch, model.Team!);
        _sites.Add(adapters);
        return is_grad_enabled() ? SiteProduct.apply(input, adapters) : adapters.Forward(input, keep: false);
    }

    public void Dispose()
    {
        _sites.ForEach(site => site.Dispose());
        _scratch.Dispose();
    }

    /// <summary>The stretches whose pool adapts the site.</summary>
    private IEnumerable<PoolSite> PoolsAt(int layer, Site site)
    {
        var first = 0;
        foreach (var stretch in pools)
        {
            if (stretch.Pool.A.Weights.Layout.Find(layer, site) is { } slot)
            {
                yield return PoolAt(stretch, first, slot);
            }

            first += stretch.Tokens;
        }
    }

    private PoolSite PoolAt(PoolParts stretch, int first, SiteSlot slot)
    {
        var (pool, parts) = (stretch.Pool, stretch.Parts);
        var subtracts = pool.Initial is not null && parts.Any(part => part.Task is { Subtracts: true });
        return new PoolSite(
            first,
            stretch.Tokens,
            [.. slot.Targets.Select(target => TargetOf(slot.Site, target))],
            [.. slot.Targets.SelectMany((target, at) => PartsOf(stretch, first, slot.Layer, target, at))],
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
        SiteMap.TargetsOf(site).TakeWhile(other => other != target).Sum(model.Config.Out), model.Config.Out(target));

    private static IEnumerable<SitePart> PartsOf(PoolParts stretch, int first, int layer, Target target, int place)
    {
        foreach (var part in stretch.Parts)
        {
            if (part.Task is { } task)
            {
                var slot = task.Heads.Weights.Layout.Find(layer, target, MatrixKind.B)!;
                var drawn = part.IsDrawn ? task.Coupling.Drawn(part.Draws!(layer, target)) : null;
                yield return new SitePart(
                    first,
                    part.Tokens,
                    place,
                    drawn ?? task.Coupling.Mean,
                    drawn ?? task.Coupling.Folding,
                    task.Heads.WeightsAt(slot.Offset, slot.Length),
                    task.Heads.GradientAt(slot.Offset, slot.Length),
                    task.Subtracts && stretch.Pool.Initial is { } initial ? InitialOf(initial.B, initial.B.Layout.Find(layer, target, MatrixKind.B)!) : 0);
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
