using CoLA.Core.Model;

namespace CoLA.Core.Adapters;

/// <summary>Which columns of a site's projected input belong to one of its targets.</summary>
/// <param name="Task">First column of the part that the task's folded heads multiply.</param>
/// <param name="Subtracted">First column of the part that the subtracted product multiplies.</param>
internal readonly record struct ProjectedColumns(long Task, long Subtracted)
{
    /// <param name="pool">Whose projection it is.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="target">The target.</param>
    /// <param name="rank">Columns per target: M r, or r where the A's are summed.</param>
    public static ProjectedColumns Of(PoolOnDevice pool, int layer, Target target, int rank)
    {
        var targets = pool.TargetsAt(layer, Sites.Of(target));
        var at = 0;
        while (targets[at] != target)
        {
            at++;
        }

        return new ProjectedColumns((long)at * rank, (long)targets.Count * rank + (long)at * pool.SubtractedRank);
    }
}
