using CoLA.Core.Adapters;
using CoLA.Core.Cache;
using CoLA.Core.Inference;

namespace CoLA.Core.Engine;

/// <summary>
/// The rows that run, by their slot in the key-value cache: first those that decode, then those whose prompt is still
/// being read. Slots are kept without gaps: the decoding batch is a stretch of the cache, never a gather.
/// </summary>
internal sealed class RunningRows(KeyValueCache cache, LaneAdapters lanes)
{
    private readonly List<(Sequence Sequence, FoldedAdapter? Adapter)> _rows = [];

    public int Count => _rows.Count;

    /// <summary>Rows 0 .. Decoding - 1 decode.</summary>
    public int Decoding { get; private set; }

    public Sequence this[int slot] => _rows[slot].Sequence;

    public FoldedAdapter? AdapterOf(int slot) => _rows[slot].Adapter;

    public int LongestNeed => _rows.Count == 0 ? 0 : _rows.Max(row => row.Sequence.MostPositions);

    /// <summary>A row begins to read its prompt.</summary>
    public void Add(Sequence sequence, FoldedAdapter? adapter) => _rows.Add((sequence, adapter));

    /// <summary>The first row behind the decoding ones has read its prompt.</summary>
    public void StartDecoding()
    {
        lanes.Join(Decoding, _rows[Decoding].Adapter);
        Decoding++;
    }

    /// <summary>Takes a row out and fills its slot from behind.</summary>
    public void Remove(int slot)
    {
        var (sequence, adapter) = _rows[slot];
        cache.ClearRow(slot, sequence.Cached);
        if (slot < Decoding)
        {
            lanes.Leave(slot);
            Decoding--;
            Fill(slot, Decoding);
            lanes.Move(Decoding, slot);
            slot = Decoding;
        }

        Fill(slot, _rows.Count - 1);
        _rows.RemoveAt(_rows.Count - 1);
        if (adapter is not null)
        {
            sequence.Release(adapter);
        }

        if (_rows.Count == 0)
        {
            cache.Release();
        }
    }

    private void Fill(int hole, int from)
    {
        if (hole != from)
        {
            _rows[hole] = _rows[from];
            cache.MoveRow(from, hole, _rows[from].Sequence.Cached);
        }
    }
}
