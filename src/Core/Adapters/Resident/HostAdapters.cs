using CoLA.Core.Adapters.Matrices;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// Folded heads in host memory, of adapters that were evicted from the device: they return to the device without reading a
/// file. Above the memory limit, the heads that were evicted first are freed first.
/// </summary>
internal sealed class HostAdapters(long memory) : IDisposable
{
    private readonly Dictionary<long, LinkedListNode<(long Key, FoldedHeads Heads)>> _kept = [];
    private readonly LinkedList<(long Key, FoldedHeads Heads)> _order = [];

    /// <summary>The number of adapters.</summary>
    public int Count => _kept.Count;

    /// <summary>Bytes of all heads.</summary>
    public long Bytes { get; private set; }

    /// <summary>Stores heads under a version's key and takes ownership of them.</summary>
    public void Keep(long key, FoldedHeads heads)
    {
        _kept.Add(key, _order.AddLast((key, heads)));
        Bytes += heads.Matrices.Bytes;
        while (Bytes > memory)
        {
            Take(_order.First!.Value.Key)!.Dispose();
        }
    }

    /// <summary>Removes and returns the heads of a version, which the caller then owns; null where there are none.</summary>
    public FoldedHeads? Take(long key)
    {
        if (!_kept.Remove(key, out var node))
        {
            return null;
        }

        _order.Remove(node);
        Bytes -= node.Value.Heads.Matrices.Bytes;
        return node.Value.Heads;
    }

    public void Dispose()
    {
        foreach (var (_, heads) in _order)
        {
            heads.Dispose();
        }
    }
}
