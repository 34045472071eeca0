using CoLA.Core.Adapters.Resident;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Forward;

/// <summary>
/// Adapters for segments of tokens, where each segment uses one task version or the base model: prefill and scoring. It adds
/// to the base model's products in place, so it cannot be used for training.
/// </summary>
internal sealed class SegmentAdapters : ProjectedAdapters
{
    private readonly List<(long Start, long Length, FoldedAdapter Adapter)> _runs = [];

    /// <param name="segments">Tokens and adapter of each segment, in the order of the batch; neighbours with the same adapter are multiplied together.</param>
    public SegmentAdapters(IEnumerable<(int Length, FoldedAdapter? Adapter)> segments)
    {
        long start = 0;
        foreach (var (length, adapter) in segments)
        {
            if (adapter is not null)
            {
                if (_runs is [.., var last] && last.Adapter == adapter && last.Start + last.Length == start)
                {
                    _runs[^1] = last with { Length = last.Length + length };
                }
                else
                {
                    _runs.Add((start, length, adapter));
                }
            }

            start += length;
        }
    }

    public override object? Project(int layer, Site site, Tensor input)
    {
        var projected = new Tensor?[_runs.Count];
        for (var at = 0; at < projected.Length; at++)
        {
            var (start, length, adapter) = _runs[at];
            var projection = adapter.Pool.ProjectionOf(layer, site, adapter.Summed, adapter.Subtracts);
            projected[at] = projection is null ? null : Project(adapter, layer, site, input.narrow(0, start, length), projection);
        }

        return projected;
    }

    public override Tensor Add(int layer, Target target, Tensor output, object? projected)
    {
        for (var at = 0; at < _runs.Count; at++)
        {
            var (start, length, adapter) = _runs[at];
            if (((Tensor?[])projected!)[at] is { } z && adapter.Of(layer, target) is { } folded)
            {
                var rows = output.narrow(0, start, length);
                var columns = ProjectedColumns.Of(adapter.Pool, layer, target, adapter.Rank, adapter.Subtracts, adapter.Routed);
                rows.addmm_(z.narrow(1, columns.Task, adapter.Rank), folded, 1, 1);
                if (adapter.Subtracts && adapter.Pool.SubtractedRank > 0)
                {
                    rows.addmm_(
                        z.narrow(1, columns.Subtracted, adapter.Pool.SubtractedRank),
                        adapter.Pool.SubtractedOf(layer, target),
                        1,
                        1);
                }
            }
        }

        return output;
    }

    private static Tensor Project(FoldedAdapter adapter, int layer, Site site, Tensor input, Tensor projection)
    {
        var z = input.matmul(projection);
        return adapter.Routed == 0
            ? z
            : RoutedColumns.Widen(
                z,
                adapter.Pool.TargetsAt(layer, site),
                adapter.Routed,
                adapter.Pool.Spec.Rank,
                target => input.matmul(adapter.RouterOf(layer, target)));
    }
}
