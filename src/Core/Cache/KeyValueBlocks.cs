using System.Runtime.InteropServices;

namespace CoLA.Core.Cache;

/// <summary>
/// Which blocks of the key-value memory are whose. A block holds sixteen positions of every layer. Full blocks can be
/// found again by a row of the same owner that begins with the same tokens; those that no row holds stay until their
/// memory is wanted, the least recently used first. Knows nothing of where keys and values lie; one thread uses it.
/// </summary>
/// <param name="capacity">Blocks in all.</param>
internal sealed class KeyValueBlocks(int capacity)
{
    /// <summary>Positions of a block.</summary>
    public const int Positions = 16;

    private readonly Block[] _blocks = new Block[capacity];
    private readonly Stack<int> _empty = new(Enumerable.Range(0, capacity).Reverse());
    private readonly LinkedList<int> _idle = [];
    private readonly Dictionary<PrefixKey, int> _index = [];
    private long _serials;

    public int Capacity { get; } = capacity;

    /// <summary>Blocks that can be taken now.</summary>
    public int Available => _empty.Count + _idle.Count;

    /// <summary>Blocks that rows hold.</summary>
    public int InUse => Capacity - Available;

    /// <summary>Blocks that hold <paramref name="positions"/>.</summary>
    public static int For(int positions) => (positions + Positions - 1) / Positions;

    /// <summary>
    /// Gives a row the blocks that hold the beginning of <paramref name="tokens"/> already, at most so many that one token
    /// is left to compute. Returns how many tokens they hold.
    /// </summary>
    public int Reuse(RowBlocks row, PrefixOwner owner, List<int> tokens)
    {
        while ((row.Indexed + 1) * Positions < tokens.Count
            && _index.TryGetValue(KeyOf(row, owner, tokens), out var block))
        {
            if (_blocks[block].Users++ == 0)
            {
                _idle.Remove(_blocks[block].Place!);
            }

            row.Ids.Add(block);
            row.Indexed++;
            row.Serial = _blocks[block].Serial;
        }

        return row.Indexed * Positions;
    }

    /// <summary>Extends a row to <paramref name="count"/> blocks; false, and nothing is taken, where there are not enough.</summary>
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

    /// <summary>Lets others find those of a row's blocks that are full now: its first <paramref name="cached"/> positions are computed.</summary>
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

            // Where another row was first, what follows is found behind that row's block; this one stays the row's own.
            row.Serial = _blocks[place].Serial;
            row.Indexed++;
        }
    }

    /// <summary>Takes all blocks of a row back.</summary>
    public void Return(RowBlocks row)
    {
        // From behind: of a text that is wanted no more, the end goes first, since without its beginning nothing finds it.
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
                block.Place = _idle.AddLast(row.Ids[at]);
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
        /// <summary>Rows that hold it.</summary>
        public int Users;

        /// <summary>What others find it by; null for a block that is not in the index.</summary>
        public PrefixKey? Key;

        /// <summary>Tells it from every other content that this or another block ever had.</summary>
        public long Serial;

        public LinkedListNode<int>? Place;
    }
}
