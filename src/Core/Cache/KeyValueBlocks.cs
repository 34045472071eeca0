using System.Runtime.InteropServices;

namespace CoLA.Core.Cache;

/// <summary>
/// Which rows hold which blocks of the key-value cache. A block holds 16 positions of every layer. A row can reuse full
/// blocks of the same owner that hold the same beginning of a text (prefix caching). Blocks that no row holds stay until
/// their memory is needed; the least recently used is evicted first. It does not know where keys and values are in memory.
/// One thread uses it.
/// </summary>
/// <param name="capacity">The number of blocks.</param>
internal sealed class KeyValueBlocks(int capacity)
{
    /// <summary>Positions per block.</summary>
    public const int Positions = 16;

    private readonly Block[] _blocks = new Block[capacity];
    private readonly Stack<int> _empty = new(Enumerable.Range(0, capacity).Reverse());
    private readonly LinkedList<int> _idle = [];
    private readonly Dictionary<PrefixKey, int> _index = [];
    private long _serials;

    /// <summary>The number of blocks.</summary>
    public int Capacity { get; } = capacity;

    /// <summary>Blocks that no row holds: empty ones, and cached ones that can be evicted.</summary>
    public int Available => _empty.Count + _idle.Count;

    /// <summary>Blocks that rows hold.</summary>
    public int InUse => Capacity - Available;

    /// <summary>The number of blocks that <paramref name="positions"/> need.</summary>
    public static int For(int positions) => (positions + Positions - 1) / Positions;

    /// <summary>
    /// Gives a row the cached blocks that hold the beginning of <paramref name="tokens"/>. At least one token is left to
    /// compute. Returns the number of tokens that the blocks hold.
    /// </summary>
    public int Reuse(RowBlocks row, PrefixOwner owner, List<int> tokens)
    {
        while ((row.Indexed + 1) * Positions < tokens.Count
            && _index.TryGetValue(KeyOf(row, owner, tokens), out var block))
        {
            if (_blocks[block].Users++ == 0)
            {
                _idle.Remove(_blocks[block].IdleNode!);
            }

            row.Ids.Add(block);
            row.Indexed++;
            row.Serial = _blocks[block].Serial;
        }

        return row.Indexed * Positions;
    }

    /// <summary>Extends a row to <paramref name="count"/> blocks. Returns false and takes nothing where too few are available.</summary>
    public bool TryExtend(RowBlocks row, int count)
    {
        if (count - row.Ids.Count > Available)
        {
            return false;
        }

        while (row.Ids.Count < count)
        {
            var block = _empty.Count > 0 ? _empty.Pop() : Reclaim();
            _blocks[block].Users = 1;
            row.Ids.Add(block);
        }

        return true;
    }

    /// <summary>
    /// Adds the full blocks of a row to the prefix index, so that other rows can reuse them. The first
    /// <paramref name="cached"/> positions of the row are computed.
    /// </summary>
    public void Share(RowBlocks row, PrefixOwner owner, List<int> tokens, int cached)
    {
        while ((row.Indexed + 1) * Positions <= cached)
        {
            var key = KeyOf(row, owner, tokens);
            ref var place = ref CollectionsMarshal.GetValueRefOrAddDefault(_index, key, out var exists);
            if (!exists)
            {
                place = row.Ids[row.Indexed];
                _blocks[place].Key = key;
                _blocks[place].Serial = ++_serials;
            }

            // Another row may have indexed the same content first. Then the next blocks are indexed after that row's block,
            // and this row's own block stays out of the index.
            row.Serial = _blocks[place].Serial;
            row.Indexed++;
        }
    }

    /// <summary>Takes back all blocks of a row.</summary>
    public void Return(RowBlocks row)
    {
        // The last block first, so that the end of a text is evicted before its beginning, without which it cannot be found.
        for (var at = row.Ids.Count - 1; at >= 0; at--)
        {
            ref var block = ref _blocks[row.Ids[at]];
            if (--block.Users > 0)
            {
                continue;
            }

            if (block.Key is null)
            {
                _empty.Push(row.Ids[at]);
            }
            else
            {
                block.IdleNode = _idle.AddLast(row.Ids[at]);
            }
        }

        row.Ids.Clear();
        row.Indexed = 0;
        row.Serial = 0;
    }

    private static PrefixKey KeyOf(RowBlocks row, PrefixOwner owner, List<int> tokens) =>
        new(owner, row.Serial, CollectionsMarshal.AsSpan(tokens).Slice(row.Indexed * Positions, Positions).ToArray());

    private int Reclaim()
    {
        var block = _idle.First!.Value;
        _idle.RemoveFirst();
        _index.Remove(_blocks[block].Key!.Value);
        _blocks[block] = default;
        return block;
    }

    private struct Block
    {
        /// <summary>The number of rows that hold it.</summary>
        public int Users;

        /// <summary>Its key in the prefix index; null for a block that is not in the index.</summary>
        public PrefixKey? Key;

        /// <summary>A number that identifies its content; no other content of any block ever has it.</summary>
        public long Serial;

        /// <summary>Its place among the blocks that no row holds; null while a row holds it.</summary>
        public LinkedListNode<int>? IdleNode;
    }
}
