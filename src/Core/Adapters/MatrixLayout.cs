using CoLA.Core.Model;

namespace CoLA.Core.Adapters;

/// <summary>
/// Where each matrix of a pool or of a task lies in one flat buffer, so that the optimizer, norms and checkpoints see one
/// tensor. Order: layer, site, target within the site; the targets of a site lie side by side.
/// </summary>
internal sealed class MatrixLayout
{
    private readonly Dictionary<(int Layer, Target Target), MatrixSlot> _slots = [];
    private readonly Dictionary<(int Layer, Site Site), SiteSlot> _sites = [];

    private MatrixLayout(ModelConfig config, IReadOnlyCollection<Target> targets, Func<Target, long[]> shapeOf)
    {
        var offset = 0L;
        for (var layer = 0; layer < config.Layers; layer++)
        {
            foreach (var site in Sites.All)
            {
                var members = Sites.TargetsOf(site).Where(targets.Contains).ToArray();
                if (members.Length == 0)
                {
                    continue;
                }

                var start = offset;
                foreach (var target in members)
                {
                    var slot = new MatrixSlot(layer, target, offset, shapeOf(target));
                    _slots.Add((layer, target), slot);
                    offset += slot.Length;
                }

                _sites.Add((layer, site), new SiteSlot(layer, site, members, start, offset - start));
            }
        }

        Length = offset;
    }

    /// <summary>Elements in all.</summary>
    public long Length { get; }

    public IEnumerable<MatrixSlot> Slots => _slots.Values;

    public IEnumerable<SiteSlot> SiteSlots => _sites.Values;

    /// <summary>A matrices: per target (M, r, in).</summary>
    public static MatrixLayout OfPool(ModelConfig config, PoolSpec pool) =>
        new(config, [.. pool.Targets], target => [pool.M, pool.Rank, config.In(target)]);

    /// <summary>Heads: per target (N, r, out), each head transposed so that it folds without a copy.</summary>
    public static MatrixLayout OfHeads(ModelConfig config, PoolSpec pool, TaskSpec task) =>
        new(config, [.. pool.Targets], target => [task.N, pool.Rank, config.Out(target)]);

    public MatrixSlot? Find(int layer, Target target) => _slots.GetValueOrDefault((layer, target));

    public SiteSlot? Find(int layer, Site site) => _sites.GetValueOrDefault((layer, site));
}
