using CoLA.Core.Kernels;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// Which columns of a site's projected input belong to one of its targets. First the pool's projection: z of each target,
/// then what its subtracted product multiplies, then padding to whole panels. Behind it, for routed adapters, the router's
/// logits of each target, in whole panels, and [w_1 z, ..., w_N z] of each.
/// </summary>
/// <param name="Task">First column of the part that the task's heads multiply.</param>
/// <param name="Subtracted">First column of the part that the subtracted product multiplies.</param>
/// <param name="Shared">First column of z, which routed adapters weigh.</param>
/// <param name="Router">First column of the router's logits.</param>
internal readonly record struct ProjectedColumns(long Task, long Subtracted, long Shared, long Router)
{
    /// <param name="pool">Whose projection it is.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="target">The target.</param>
    /// <param name="rank">Rows of the task's heads: M r, r where the A's are summed, N r where they are routed.</param>
    /// <param name="subtracts">Whether the projection has the subtracted product's A.</param>
    /// <param name="routed">N where they are routed; 0 otherwise.</param>
    public static ProjectedColumns Of(PoolOnDevice pool, int layer, Target target, int rank, bool subtracts, int routed)
    {
        var targets = pool.TargetsAt(layer, SiteMap.Of(target));
        var at = 0;
        while (targets[at] != target)
        {
            at++;
        }

        var own = routed > 0 ? rank / routed : rank;
        var (shared, subtracted) = (at * own, targets.Count * own + at * pool.SubtractedRank);
        if (routed == 0)
        {
            return new ProjectedColumns(shared, subtracted, shared, 0);
        }

        int columns = Panels.Padded(targets.Count * (own + (subtracts ? pool.SubtractedRank : 0))), logits = Panels.Padded(routed);
        return new ProjectedColumns(columns + targets.Count * logits + at * rank, subtracted, shared, columns + at * logits);
    }
}
