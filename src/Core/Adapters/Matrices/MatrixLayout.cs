using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using CoLA.Core.Kernels;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// Where each matrix of a pool or of a task lies in one flat buffer, so that the optimizer, norms and checkpoints see one
/// tensor. Order: kind, layer, site, target within the site; the A's of a site's targets lie side by side.
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

    /// <summary>Elements in all.</summary>
    public long Length { get; private set; }

    public IEnumerable<MatrixSlot> Slots => _slots.Values;

    /// <summary>The sites of a pool's A matrices.</summary>
    public IEnumerable<ProjectionSlot> ProjectionSlots => _sites.Values;

    /// <summary>A matrices: per target (M, r, in); behind them the pool's head (1, r, out) where it has one.</summary>
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
    /// The task's own heads: per target (heads, r, out), each transposed so that it folds without a copy; behind them what the
    /// task trains of its coupling.
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

    /// <summary>One head of each tie: per target (ties, r, out).</summary>
    public static MatrixLayout OfTied(ModelConfig config, PoolSpec pool, int ties) =>
        new(config, pool.Targets, [(MatrixKind.B, target => [ties, pool.Rank, config.Out(target)])]);

    /// <summary>Folded heads: per target (1, rank, out), and the routers that could not be folded, (in, N in whole panels).</summary>
    public static MatrixLayout OfFolded(ModelConfig config, PoolSpec pool, Coupling coupling)
    {
        List<(MatrixKind, Func<Target, long[]>)> kinds = [(MatrixKind.B, target => [1, coupling.FoldedRank(pool.Rank), config.Out(target)])];
        if (coupling.Routes)
        {
            kinds.Add((MatrixKind.Router, target => [config.In(target), Panels.Padded(coupling.N)]));
        }

        return new(config, pool.Targets, kinds);
    }

    /// <summary>Elements of one kind.</summary>
    public long LengthOf(MatrixKind kind) => _slots.Values.Where(slot => slot.Kind == kind).Sum(slot => slot.Length);

    public MatrixSlot? Find(int layer, Target target, MatrixKind kind) => _slots.GetValueOrDefault((layer, target, kind));

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
