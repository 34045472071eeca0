using CoLA.Core.Kernels;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters;

/// <summary>
/// Where each matrix of a pool or of a task lies in one flat buffer, so that the optimizer, norms and checkpoints see one
/// tensor. Order: kind, layer, site, target within the site; the A's of a site's targets lie side by side.
/// </summary>
internal sealed class MatrixLayout
{
    private readonly Dictionary<(int Layer, Target Target, MatrixKind Kind), MatrixSlot> _slots = [];
    private readonly Dictionary<(int Layer, Site Site), SiteSlot> _sites = [];

    private MatrixLayout(ModelConfig config, IReadOnlyCollection<Target> targets, params (MatrixKind Kind, Func<Target, long[]> ShapeOf)[] kinds)
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
    public IEnumerable<SiteSlot> SiteSlots => _sites.Values;

    /// <summary>A matrices: per target (M, r, in).</summary>
    public static MatrixLayout OfPool(ModelConfig config, PoolSpec pool) =>
        new(config, [.. pool.Targets], (MatrixKind.A, target => [pool.M, pool.Rank, config.In(target)]));

    /// <summary>
    /// Heads: per target (N, r, out), each head transposed so that it folds without a copy; behind them what the task trains
    /// of its coupling.
    /// </summary>
    public static MatrixLayout OfHeads(ModelConfig config, PoolSpec pool, TaskSpec task)
    {
        var coupling = Coupling.Of(task.Strategy, pool.M, task.N);
        (MatrixKind, Func<Target, long[]>) heads = (MatrixKind.B, target => [task.N, pool.Rank, config.Out(target)]);
        return coupling.Trained is { } trained
            ? new(config, [.. pool.Targets], heads, (trained, target => coupling.TrainedShape(pool.Rank, config.In(target))))
            : new(config, [.. pool.Targets], heads);
    }

    /// <summary>Folded heads: per target (1, rank, out), and the routers that could not be folded, (in, N in whole panels).</summary>
    public static MatrixLayout OfFolded(ModelConfig config, PoolSpec pool, Coupling coupling)
    {
        (MatrixKind, Func<Target, long[]>) heads = (MatrixKind.B, target => [1, coupling.FoldedRank(pool.Rank), config.Out(target)]);
        return coupling.Routes
            ? new(config, [.. pool.Targets], heads, (MatrixKind.Router, target => [config.In(target), Panels.Padded(coupling.N)]))
            : new(config, [.. pool.Targets], heads);
    }

    public MatrixSlot? Find(int layer, Target target, MatrixKind kind) => _slots.GetValueOrDefault((layer, target, kind));

    public SiteSlot? Find(int layer, Site site) => _sites.GetValueOrDefault((layer, site));

    private void Add(ModelConfig config, IReadOnlyCollection<Target> targets, MatrixKind kind, Func<Target, long[]> shapeOf)
    {
        for (var layer = 0; layer < config.Layers; layer++)
        {
            foreach (var site in Sites.All)
            {
                var members = Sites.TargetsOf(site).Where(targets.Contains).ToArray();
                var start = Length;
                foreach (var target in members)
                {
                    var slot = new MatrixSlot(layer, target, kind, Length, shapeOf(target));
                    _slots.Add((layer, target, kind), slot);
                    Length += slot.Length;
                }

                if (kind == MatrixKind.A && members.Length > 0)
                {
                    _sites.Add((layer, site), new SiteSlot(layer, site, members, start, Length - start));
                }
            }
        }
    }
}
