using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// Adapters of a micro-batch where the base has the CPU's own kernels: each site is one node of the graph
/// (<see cref="SiteNode"/>). <see cref="TensorAdapters"/> computes the same in libtorch's operations.
/// </summary>
/// <param name="model">The base.</param>
/// <param name="pools">The rows of each pool, in the order of the batch; all fit (<see cref="PoolRows.FitsKernels"/>).</param>
internal sealed class KernelAdapters(CausalLanguageModel model, IReadOnlyList<PoolRows> pools) : IAdapters, IDisposable
{
    private readonly SiteBuffers _buffers = new();
    private readonly List<SiteAdapters> _sites = [];

    public Tensor[] Multiply(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths)
    {
        var output = MultiplyJoined(layer, site, matrix, bias, input, widths);
        return widths.Length == 1 ? [output] : output.split(widths, 1);
    }

    public Tensor MultiplyJoined(int layer, Site site, FrozenMatrix matrix, Tensor? bias, Tensor input, long[] widths)
    {
        PoolOperands[] adapted = [.. PoolsAt(layer, site)];
        if (adapted.Length == 0)
        {
            return NoAdapters.Instance.MultiplyJoined(layer, site, matrix, bias, input, widths);
        }

        var adapters = new SiteAdapters((PanelMatrix)matrix, bias, adapted, _buffers, model.Team!);
        _sites.Add(adapters);
        return is_grad_enabled() ? SiteNode.apply(input, adapters) : adapters.Forward(input, keep: false);
    }

    public void Dispose()
    {
        _sites.ForEach(site => site.Dispose());
        _buffers.Dispose();
    }

    /// <summary>The operands of the pools that adapt the site.</summary>
    private List<PoolOperands> PoolsAt(int layer, Site site)
    {
        var first = 0;
        var adapted = new List<PoolOperands>();
        foreach (var rows in pools)
        {
            if (rows.Pool.A.Weights.Layout.Find(layer, site) is { } slot)
            {
                adapted.Add(PoolAt(rows, first, slot));
            }

            first += rows.Tokens;
        }

        return adapted;
    }

    private unsafe PoolOperands PoolAt(PoolRows rows, int first, ProjectionSlot slot)
    {
        var (pool, tasks) = (rows.Pool, rows.Tasks);
        var initial = tasks.Any(task => task.Task is { Subtracts: true }) ? pool.Initial : null;
        var initialSlot = initial?.A.Layout.Find(slot.Layer, slot.Site);
        return new PoolOperands
        {
            First = first,
            Tokens = rows.Tokens,
            Targets = [.. slot.Targets.Select(target => ColumnsOf(slot.Site, target))],
            Heads = [.. slot.Targets.SelectMany((target, at) => HeadsAt(rows, first, slot.Layer, target, at))],
            M = pool.Spec.M,
            Rank = pool.Spec.Rank,
            Scale = (float)pool.Spec.Scale,
            Collapsed = tasks.All(task => task.Task is null || (task.Task.Coupling.Collapses && !task.IsDrawn)),
            A = pool.A.WeightsAt(slot.Offset, slot.Length),
            AGradient = pool.A.GradientAt(slot.Offset, slot.Length),
            InitialRank = initial?.Rank ?? 0,
            InitialA = initial is null ? null : initial.A.At(initialSlot!.Offset, initialSlot.Length),
        };
    }

    private TargetColumns ColumnsOf(Site site, Target target) => new(
        SiteMap.TargetsOf(site).TakeWhile(other => other != target).Sum(model.Config.Out), model.Config.Out(target));

    private static unsafe List<HeadOperands> HeadsAt(PoolRows rows, int first, int layer, Target target, int place)
    {
        var heads = new List<HeadOperands>();
        foreach (var taskRows in rows.Tasks)
        {
            if (taskRows.Task is { } task)
            {
                var slot = task.Heads.Weights.Layout.Find(layer, target, MatrixKind.B)!;
                var drawn = taskRows.IsDrawn ? task.Coupling.Drawn(taskRows.Draws!(layer, target)) : null;
                var initial = task.Subtracts ? rows.Pool.Initial?.B : null;
                var initialSlot = initial?.Layout.Find(layer, target, MatrixKind.B);
                heads.Add(new HeadOperands
                {
                    First = first,
                    Tokens = taskRows.Tokens,
                    Target = place,
                    Blocks = drawn ?? task.Coupling.Mean,
                    Folding = drawn ?? task.Coupling.Folding,
                    Heads = task.Heads.WeightsAt(slot.Offset, slot.Length),
                    Gradients = task.Heads.GradientAt(slot.Offset, slot.Length),
                    InitialHeads = initial is null ? null : initial.At(initialSlot!.Offset, initialSlot.Length),
                });
            }

            first += taskRows.Tokens;
        }

        return heads;
    }
}
