using CoLA.Core.Kernels;
using CoLA.Core.Model;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// The columns of a site's projected input that belong to one target. The order of all columns is: z of each target; the part
/// for the subtracted product of each target; padding to whole panels. Routed adapters add the router's logits of each target,
/// padded to whole panels, and [w_1 z, ..., w_N z] of each target.
/// </summary>
/// <param name="Task">The first column that the task's heads multiply.</param>
/// <param name="Subtracted">The first column that the subtracted product multiplies.</param>
/// <param name="Shared">The first column of z, which routed adapters weight.</param>
/// <param name="Router">The first column of the router's logits.</param>
internal readonly record struct ProjectedColumns(long Task, long Subtracted, long Shared, long Router)
{
    /// <summary>The columns of one target.</summary>
    /// <param name="pool">The pool version of the projection.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="target">The target.</param>
    /// <param name="rank">Rows of the folded heads: M r; r where the A matrices are summed; N r where the heads are routed.</param>
    /// <param name="subtracts">Whether the projection includes the A of the subtracted product.</param>
    /// <param name="routed">N where the heads are routed; 0 otherwise.</param>
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
