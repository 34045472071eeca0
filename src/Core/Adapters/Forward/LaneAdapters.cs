using CoLA.Core.Adapters.Resident;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Forward;

/// <summary>
/// Adapters of a decoding batch with one token per row. Rows join and leave; each uses its own task version or the base
/// model. In a lane, the projection by A is one product, and the products with the heads (U) are one batched product.
/// </summary>
internal sealed class LaneAdapters(Device device, ScalarType dtype) : ProjectedAdapters, IDisposable
{
    private readonly List<AdapterLane> _lanes = [];

    /// <summary>Adds the row at <paramref name="slot"/>. A row without an adapter belongs to no lane.</summary>
    public void Join(int slot, FoldedAdapter? adapter)
    {
        if (adapter is null)
        {
            return;
        }

        var lane = _lanes.Find(candidate =>
            candidate.Pool == adapter.Pool
            && candidate.Summed == adapter.Summed
            && candidate.Rank == adapter.Rank
            && candidate.Routed == adapter.Routed
            && candidate.Subtracts == (adapter.Subtracts && adapter.Pool.SubtractedRank > 0));
        if (lane is null)
        {
            lane = new AdapterLane(adapter, device, dtype);
            _lanes.Add(lane);
        }

        lane.Join(slot, adapter);
    }

    /// <summary>Removes the row at <paramref name="slot"/>.</summary>
    public void Leave(int slot)
    {
        var lane = _lanes.Find(candidate => candidate.Leave(slot));
        if (lane is { Count: 0 })
        {
            _lanes.Remove(lane);
            lane.Dispose();
        }
    }

    /// <summary>The batch has moved a row from slot <paramref name="from"/> to slot <paramref name="to"/>.</summary>
    public void Move(int from, int to)
    {
        foreach (var lane in _lanes)
        {
            lane.Move(from, to);
        }
    }

    public override object? Project(int layer, Site site, Tensor input)
    {
        var projected = new Tensor?[_lanes.Count];
        for (var at = 0; at < projected.Length; at++)
        {
            var lane = _lanes[at];
            if (lane.Pool.ProjectionOf(layer, site, lane.Summed, lane.Subtracts) is { } projection)
            {
                projected[at] = lane.Project(layer, site, lane.Covers(input.shape[0]) ? input : input.index_select(0, lane.Slots), projection);
            }
        }

        return projected;
    }

    public override Tensor Add(int layer, Target target, Tensor output, object? projected)
    {
        for (var at = 0; at < _lanes.Count; at++)
        {
            var lane = _lanes[at];
            if (((Tensor?[])projected!)[at] is not { } z || lane.StackOf(layer, target) is not { } stack)
            {
                continue;
            }

            var columns = ProjectedColumns.Of(lane.Pool, layer, target, lane.Rank, lane.Subtracts, lane.Routed);
            var task = z.narrow(1, columns.Task, lane.Rank); // (rows, rank)
            var change = lane.Shared is { } shared
                ? task.matmul(shared.Of(layer, target)!)
                : task.unsqueeze(1).bmm(stack).squeeze(1); // (rows, out)
            if (lane.Subtracts)
            {
                var subtracted = z.narrow(1, columns.Subtracted, lane.Pool.SubtractedRank);
                change.addmm_(subtracted, lane.Pool.SubtractedOf(layer, target), 1, 1);
            }

            if (lane.Covers(output.shape[0]))
            {
                output.add_(change);
            }
            else
            {
                output.index_add_(0, lane.Slots, change, 1);
            }
        }

        return output;
    }

    public void Dispose()
    {
        foreach (var lane in _lanes)
        {
            lane.Dispose();
        }
    }
}
