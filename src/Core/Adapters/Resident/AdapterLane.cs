using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// The decoding rows of one pool version whose folded heads U have the same shape. The U matrices are stacked in one tensor
/// per target; a row's U is copied once, when the row joins, and never per step. Rows of another rank are in another lane, so
/// no padding is needed.
/// </summary>
internal sealed class AdapterLane(FoldedAdapter first, Device device, ScalarType dtype) : IDisposable
{
    private const int InitialCapacity = 4;

    private readonly List<(int Slot, FoldedAdapter Adapter)> _rows = [];
    private readonly Dictionary<(int Layer, Target Target, MatrixKind Kind), Tensor> _stacks = []; // (capacity, rank, out)
    private int _capacity;
    private Tensor? _slots;
    private bool _slotsAreStale = true;

    /// <summary>The pool version of all rows.</summary>
    public PoolOnDevice Pool { get; } = first.Pool;

    /// <summary>Whether the rows multiply the sum of the pool's A matrices instead of their stack.</summary>
    public bool Summed { get; } = first.Summed;

    /// <summary>Whether the rows subtract the pool's initial product.</summary>
    public bool Subtracts { get; } = first.Subtracts && first.Pool.SubtractedRank > 0;

    /// <summary>Rows of each folded matrix.</summary>
    public int Rank { get; } = first.Rank;

    /// <summary>N, the adapter heads that the rows' routers weight for each token; 0 without routers.</summary>
    public int Routed { get; } = first.Routed;

    /// <summary>The number of rows.</summary>
    public int Count => _rows.Count;

    /// <summary>The adapter, where all rows use the same one; null otherwise.</summary>
    public FoldedAdapter? Shared { get; private set; }

    /// <summary>The slots of the lane's rows in the batch, in the lane's order: (count), int64.</summary>
    public Tensor Slots
    {
        get
        {
            if (_slotsAreStale)
            {
                _slots?.Dispose();
                _slots = tensor(_rows.Select(row => (long)row.Slot).ToArray(), int64, device).DetachFromDisposeScope();
                _slotsAreStale = false;
            }

            return _slots!;
        }
    }

    /// <summary>Whether the lane's rows are exactly rows 0 .. <paramref name="rows"/> - 1 of the batch, in this order.</summary>
    public bool Covers(long rows)
    {
        if (_rows.Count != rows)
        {
            return false;
        }

        for (var at = 0; at < _rows.Count; at++)
        {
            if (_rows[at].Slot != at)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Adds the row at <paramref name="slot"/> and copies its matrices into the stacks.</summary>
    public void Join(int slot, FoldedAdapter adapter)
    {
        using var noGrad = no_grad();
        if (_rows.Count == _capacity)
        {
            Grow(Math.Max(InitialCapacity, _capacity * 2), adapter);
        }

        foreach (var (place, stack) in _stacks)
        {
            using var scope = NewDisposeScope();
            stack[_rows.Count].copy_(MatrixOf(adapter, place.Layer, place.Target, place.Kind));
        }

        _rows.Add((slot, adapter));
        Changed();
    }

    /// <summary>Removes the row at <paramref name="slot"/>; false where it is not in this lane.</summary>
    public bool Leave(int slot)
    {
        var at = _rows.FindIndex(row => row.Slot == slot);
        if (at < 0)
        {
            return false;
        }

        using var noGrad = no_grad();
        var last = _rows.Count - 1;
        if (at != last)
        {
            foreach (var stack in _stacks.Values)
            {
                using var scope = NewDisposeScope();
                stack[at].copy_(stack[last]);
            }

            _rows[at] = _rows[last];
        }

        _rows.RemoveAt(last);
        Changed();
        return true;
    }

    /// <summary>The batch has moved a row from slot <paramref name="from"/> to slot <paramref name="to"/>.</summary>
    public void Move(int from, int to)
    {
        var at = _rows.FindIndex(row => row.Slot == from);
        if (at >= 0)
        {
            _rows[at] = _rows[at] with { Slot = to };
            _slotsAreStale = true;
        }
    }

    /// <summary>The stacked U matrices of the lane's rows, (count, rank, out); null where the pool does not adapt the target.</summary>
    public Tensor? StackOf(int layer, Target target) =>
        _stacks.TryGetValue((layer, target, MatrixKind.B), out var stack) ? stack.narrow(0, 0, _rows.Count) : null;

    /// <summary>The projected input of the lane's rows, (count, columns), with the columns of routed adapters.</summary>
    public Tensor Project(int layer, Site site, Tensor input, Tensor projection)
    {
        var z = input.matmul(projection);
        return Routed == 0 ? z : RoutedColumns.Widen(z, Pool.TargetsAt(layer, site), Routed, Pool.Spec.Rank, target => Shared is { } shared
            ? input.matmul(shared.RouterOf(layer, target))
            : input.unsqueeze(1).bmm(_stacks[(layer, target, MatrixKind.Router)].narrow(0, 0, _rows.Count)).squeeze(1));
    }

    public void Dispose()
    {
        foreach (var stack in _stacks.Values)
        {
            stack.Dispose();
        }

        _slots?.Dispose();
    }

    private static Tensor MatrixOf(FoldedAdapter adapter, int layer, Target target, MatrixKind kind) =>
        kind == MatrixKind.Router ? adapter.RouterOf(layer, target) : adapter.Of(layer, target)!;

    private void Changed()
    {
        _slotsAreStale = true;
        Shared = _rows.Count > 0 && _rows.TrueForAll(row => row.Adapter == _rows[0].Adapter) ? _rows[0].Adapter : null;
    }

    private void Grow(int capacity, FoldedAdapter sample)
    {
        foreach (var slot in sample.Slots)
        {
            using var scope = NewDisposeScope();
            var wider = empty([capacity, .. slot.Shape[^2..]], dtype, device);
            if (_stacks.TryGetValue((slot.Layer, slot.Target, slot.Kind), out var stack))
            {
                wider.narrow(0, 0, _rows.Count).copy_(stack.narrow(0, 0, _rows.Count));
                stack.Dispose();
            }

            _stacks[(slot.Layer, slot.Target, slot.Kind)] = wider.DetachFromDisposeScope();
        }

        _capacity = capacity;
    }
}
