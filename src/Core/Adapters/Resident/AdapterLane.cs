using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// The decoding rows of one pool version whose folded heads have one shape. Their U's stand stacked in a bank: a row's is
/// copied once, when the row joins, never per step. Rows of other ranks are in lanes of their own, so nothing is padded.
/// </summary>
internal sealed class AdapterLane(FoldedAdapter first, Device device, ScalarType dtype) : IDisposable
{
    private const int FirstCapacity = 4;

    private readonly List<(int Slot, FoldedAdapter Adapter)> _rows = [];
    private readonly Dictionary<(int Layer, Target Target, MatrixKind Kind), Tensor> _banks = []; // (capacity, rank, out)
    private int _capacity;
    private Tensor? _slots;
    private bool _slotsAreStale = true;

    public PoolOnDevice Pool { get; } = first.Pool;

    public bool Summed { get; } = first.Summed;

    public bool Subtracts { get; } = first.Subtracts && first.Pool.SubtractedRank > 0;

    public int Rank { get; } = first.Rank;

    /// <summary>Heads that the routers of its rows weigh for each token; 0 where they have none.</summary>
    public int Routed { get; } = first.Routed;

    public int Count => _rows.Count;

    /// <summary>The one adapter of all rows, or null where they differ.</summary>
    public FoldedAdapter? Shared { get; private set; }

    /// <summary>The batch rows of the lane's rows, in the lane's order: (count), int64.</summary>
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

    /// <summary>The lane's rows are rows 0, 1, ... of the batch in that order, and it has <paramref name="rows"/> of them.</summary>
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

    public void Join(int slot, FoldedAdapter adapter)
    {
        using var noGrad = no_grad();
        if (_rows.Count == _capacity)
        {
            Grow(Math.Max(FirstCapacity, _capacity * 2), adapter);
        }

        foreach (var (place, bank) in _banks)
        {
            using var scope = NewDisposeScope();
            bank[_rows.Count].copy_(MatrixOf(adapter, place.Layer, place.Target, place.Kind));
        }

        _rows.Add((slot, adapter));
        Changed();
    }

    /// <summary>Takes the row at <paramref name="slot"/> out; false where it is not in this lane.</summary>
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
            foreach (var bank in _banks.Values)
            {
                using var scope = NewDisposeScope();
                bank[at].copy_(bank[last]);
            }

            _rows[at] = _rows[last];
        }

        _rows.RemoveAt(last);
        Changed();
        return true;
    }

    /// <summary>The batch moved the row at <paramref name="from"/> to <paramref name="to"/>.</summary>
    public void Move(int from, int to)
    {
        var at = _rows.FindIndex(row => row.Slot == from);
        if (at >= 0)
        {
            _rows[at] = _rows[at] with { Slot = to };
            _slotsAreStale = true;
        }
    }

    /// <summary>The stacked U's of the lane's rows, (count, rank, out); null where the pool does not adapt the target.</summary>
    public Tensor? BankOf(int layer, Target target) =>
        _banks.TryGetValue((layer, target, MatrixKind.B), out var bank) ? bank.narrow(0, 0, _rows.Count) : null;

    /// <summary>The projected input of the lane's rows, (count, columns), with what routers add to it.</summary>
    public Tensor Project(int layer, Site site, Tensor input, Tensor projection)
    {
        var z = input.matmul(projection);
        return Routed == 0 ? z : RoutedColumns.Widen(z, Pool.TargetsAt(layer, site), Routed, Pool.Spec.Rank, target => Shared is { } shared
            ? input.matmul(shared.RouterOf(layer, target))
            : input.unsqueeze(1).bmm(_banks[(layer, target, MatrixKind.Router)].narrow(0, 0, _rows.Count)).squeeze(1));
    }

    public void Dispose()
    {
        foreach (var bank in _banks.Values)
        {
            bank.Dispose();
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
            if (_banks.TryGetValue((slot.Layer, slot.Target, slot.Kind), out var bank))
            {
                wider.narrow(0, 0, _rows.Count).copy_(bank.narrow(0, 0, _rows.Count));
                bank.Dispose();
            }

            _banks[(slot.Layer, slot.Target, slot.Kind)] = wider.DetachFromDisposeScope();
        }

        _capacity = capacity;
    }
}
