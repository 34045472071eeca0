using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using CoLA.Core.Kernels;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// The offset of each matrix of a pool or of a task in one flat buffer, so that the optimizer, norms and checkpoints work on
/// one tensor. Order: kind, layer, site, target within the site. So the A matrices of all targets of a site are contiguous.
/// </summary>
internal sealed class MatrixLayout
{
    private readonly Dictionary<(int Layer, Target Target, MatrixKind Kind), MatrixSlot> _slots = [];
    private readonly Dictionary<(int Layer, Site Site), ProjectionSlot> _sites = [];

    private MatrixLayout(ModelConfig config, IReadOnlyList<Target> targets, List<(MatrixKind Kind, Func<Target, long[]> ShapeOf)> kinds)
    {
        foreach (var (kind, shapeOf) in kinds)
        {
            Add(config, targets, kind, shapeOf);
        }
    }

    /// <summary>The number of elements of the buffer.</summary>
    public long Length { get; private set; }

    /// <summary>All matrices, in the order of the buffer.</summary>
    public IEnumerable<MatrixSlot> Slots => _slots.Values;

    /// <summary>The stacked A matrices of each site; empty for a task.</summary>
    public IEnumerable<ProjectionSlot> ProjectionSlots => _sites.Values;

    /// <summary>The layout of a pool: A matrices (M, r, in) per target; after them the shared head (1, r, out) where it has one.</summary>
    public static MatrixLayout OfPool(ModelConfig config, PoolSpec pool)
    {
        List<(MatrixKind, Func<Target, long[]>)> kinds = [(MatrixKind.A, target => [pool.M, pool.Rank, config.In(target)])];
        if (pool.SharedHead)
        {
            kinds.Add((MatrixKind.B, target => [1, pool.Rank, config.Out(target)]));
        }

        return new(config, pool.Targets, kinds);
    }

    /// <summary>
    /// The layout of a task: its own heads (heads, r, out) per target, each transposed so that folding needs no copy; after
    /// them the part of the coupling that the task trains.
    /// </summary>
    public static MatrixLayout OfHeads(ModelConfig config, PoolSpec pool, TaskSpec task)
    {
        var coupling = Coupling.Of(task.Strategy, pool.M, task.N);
        List<(MatrixKind, Func<Target, long[]>)> kinds = [];
        if (coupling.OwnHeads > 0)
        {
            kinds.Add((MatrixKind.B, target => [coupling.OwnHeads, pool.Rank, config.Out(target)]));
        }

        if (coupling.Trained is { } trained)
        {
            kinds.Add((trained, target => coupling.TrainedShape(pool.Rank, config.In(target))));
        }

        return new(config, pool.Targets, kinds);
    }

    /// <summary>One head of each tied group: (groups, r, out) per target.</summary>
    public static MatrixLayout OfTied(ModelConfig config, PoolSpec pool, int groups) =>
        new(config, pool.Targets, [(MatrixKind.B, target => [groups, pool.Rank, config.Out(target)])]);

    /// <summary>Folded heads (1, rank, out) per target, and the routers of a coupling that routes, (in, N padded to whole panels).</summary>
    public static MatrixLayout OfFolded(ModelConfig config, PoolSpec pool, Coupling coupling)
    {
        List<(MatrixKind, Func<Target, long[]>)> kinds = [(MatrixKind.B, target => [1, coupling.FoldedRank(pool.Rank), config.Out(target)])];
        if (coupling.Routes)
        {
            kinds.Add((MatrixKind.Router, target => [config.In(target), Panels.Padded(coupling.N)]));
        }

        return new(config, pool.Targets, kinds);
    }

    /// <summary>The number of elements of all matrices of one kind.</summary>
    public long LengthOf(MatrixKind kind) => _slots.Values.Where(slot => slot.Kind == kind).Sum(slot => slot.Length);

    /// <summary>The slot of one target's matrices of one kind; null where the layout has none.</summary>
    public MatrixSlot? Find(int layer, Target target, MatrixKind kind) => _slots.GetValueOrDefault((layer, target, kind));

    /// <summary>The slot of the stacked A matrices of a site; null where no target of the site is adapted.</summary>
    public ProjectionSlot? Find(int layer, Site site) => _sites.GetValueOrDefault((layer, site));

    private void Add(ModelConfig config, IReadOnlyList<Target> targets, MatrixKind kind, Func<Target, long[]> shapeOf)
    {
        for (var layer = 0; layer < config.Layers; layer++)
        {
            foreach (var site in SiteMap.All)
            {
                var members = SiteMap.TargetsOf(site).Where(targets.Contains).ToArray();
                var start = Length;
                foreach (var target in members)
                {
                    var slot = new MatrixSlot(layer, target, kind, Length, shapeOf(target));
                    _slots.Add((layer, target, kind), slot);
                    Length += slot.Length;
                }

                if (kind == MatrixKind.A && members.Length > 0)
                {
                    _sites.Add((layer, site), new ProjectionSlot(layer, site, members, start, Length - start));
                }
            }
        }
    }
}
