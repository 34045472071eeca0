using CoLA.Core.Adapters.Matrices;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// Folded heads in host memory, of adapters that had to leave the device: from here they come back without the disk. The
/// least recently left goes when there is more than the limit.
/// </summary>
internal sealed class HostAdapters(long memory) : IDisposable
{
    private readonly Dictionary<long, LinkedListNode<(long Key, FoldedHeads Heads)>> _kept = [];
    private readonly LinkedList<(long Key, FoldedHeads Heads)> _order = [];

    public int Count => _kept.Count;

    public long Bytes { get; private set; }

    /// <summary>Keeps heads under a version's key, and owns them.</summary>
    public void Keep(long key, FoldedHeads heads)
    {
        _kept.Add(key, _order.AddLast((key, heads)));
        Bytes += heads.Matrices.Bytes;
        while (Bytes > memory)
        {
            Take(_order.First!.Value.Key)!.Dispose();
        }
    }

    /// <summary>Gives heads away; null where they are not here.</summary>
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
