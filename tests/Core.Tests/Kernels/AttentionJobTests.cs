using CoLA.Core.Kernels;
using Xunit;

namespace CoLA.Core.Tests.Kernels;

public sealed unsafe class AttentionJobTests
{
    private const int Block = 16;

    /// <summary>
    /// Head sizes with and without a tail of a panel; grouped query heads; rows that begin in the middle of a block and of a
    /// segment of 256 positions; windows shorter than a block, than a segment, and longer than the row.
    /// </summary>
    [Theory]
    [InlineData(8, 1, 1, 0, 1, 1000)]
    [InlineData(8, 2, 2, 0, 7, 1000)]
    [InlineData(24, 2, 3, 5, 16, 1000)]
    [InlineData(64, 1, 3, 250, 16, 1000)]
    [InlineData(64, 1, 3, 250, 16, 16)]
    [InlineData(16, 2, 1, 511, 3, 300)]
    [InlineData(20, 3, 2, 30, 5, 1)]
    public void Run_AnyPlace_IsSoftmaxOverThePositionsThatAreSeen(int headDim, int heads, int group, int position, int count, int window)
    {
        var length = position + count;
        var (queryWidth, joinedWidth) = (heads * group * headDim, (heads * group + 2 * heads) * headDim);
        using GuardedFloats joined = new(count * joinedWidth, 1), mixed = new(count * queryWidth, 2);
        using var cache = new FilledCache(heads, headDim, length, seed: 3);
        var tile = new QueryTile { First = 0, Count = count, Position = position, Blocks = cache.Blocks };
        var job = new AttentionJob
        {
            Tiles = &tile,
            HeadDim = headDim,
            Group = group,
            Window = window,
            Joined = joined.Start,
            Mixed = mixed.Start,
            Cache = cache.Panels,
        };

        for (var head = 0; head < heads; head++)
        {
            job.Run(head);
        }

        for (var token = 0; token < count; token++)
        {
            for (var head = 0; head < heads * group; head++)
            {
                var query = joined.Values.Slice(token * joinedWidth + head * headDim, headDim).ToArray();
                var expected = cache.Attend(query, head / group, Math.Max(0, position + token - window + 1), position + token);
                for (var feature = 0; feature < headDim; feature++)
                {
                    Assert.Equal(expected[feature], mixed.Values[token * queryWidth + head * headDim + feature], 1e-5);
                }
            }
        }

        mixed.Check();
    }

    [Fact]
    public void Run_TilesOfOneRow_HaveTheBitsOfOneTile()
    {
        const int headDim = 24;
        using GuardedFloats joined = new(9 * 3 * headDim, 1), whole = new(9 * headDim, 2), cut = new(9 * headDim, 2);
        using var cache = new FilledCache(1, headDim, 300, seed: 3);
        var tiles = stackalloc QueryTile[3];
        tiles[0] = new QueryTile { First = 0, Count = 9, Position = 252, Blocks = cache.Blocks };
        tiles[1] = tiles[0] with { Count = 4 };
        tiles[2] = tiles[0] with { First = 4, Count = 5, Position = 256 };
        var job = new AttentionJob { Tiles = tiles, HeadDim = headDim, Group = 1, Window = 1000, Joined = joined.Start, Cache = cache.Panels };

        (job with { Mixed = whole.Start }).Run(0);
        (job with { Mixed = cut.Start }).Run(1);
        (job with { Mixed = cut.Start }).Run(2);

        Assert.Equal(whole.Copy(), cut.Copy());
    }

    [Fact]
    public void Run_QueryThatIsNotFinite_LeavesItsNeighboursAlone()
    {
        const int headDim = 8;
        using GuardedFloats joined = new(3 * 3 * headDim, 1), mixed = new(3 * headDim, 2);
        using var cache = new FilledCache(1, headDim, 20, seed: 3);
        joined.Values[3 * headDim] = float.NaN; // of the second query
        var tile = new QueryTile { First = 0, Count = 3, Position = 17, Blocks = cache.Blocks };

        new AttentionJob
        {
            Tiles = &tile,
            HeadDim = headDim,
            Group = 1,
            Window = 1000,
            Joined = joined.Start,
            Mixed = mixed.Start,
            Cache = cache.Panels,
        }.Run(0);

        var finite = mixed.Copy().Chunk(headDim).Select(row => row.All(float.IsFinite));
        Assert.Equal([true, false, true], finite);
    }

    /// <summary>Keys and values of one row in blocks that lie in another order than its positions; NaN where nothing is written.</summary>
    private sealed class FilledCache : IDisposable
    {
        private readonly GuardedFloats _keys;
        private readonly GuardedFloats _values;
        private readonly GuardedFloats _key;
        private readonly GuardedFloats _value;
        private readonly int[] _blocks;
        private readonly System.Runtime.InteropServices.GCHandle _pinned;
        private readonly int _heads;
        private readonly int _headDim;

        public FilledCache(int heads, int headDim, int length, int seed)
        {
            (_heads, _headDim) = (heads, headDim);
            var count = (length + Block - 1) / Block;
            _blocks = [.. Enumerable.Range(0, count).Select(at => (at * 7 + 3) % count)];
            if (_blocks.Distinct().Count() != count)
            {
                _blocks = [.. Enumerable.Range(0, count).Reverse()];
            }

            _pinned = System.Runtime.InteropServices.GCHandle.Alloc(_blocks, System.Runtime.InteropServices.GCHandleType.Pinned);
            var valueFloats = (headDim + Block - 1) / Block * Block * Block;
            _keys = new GuardedFloats(count * heads * headDim * Block, seed);
            _values = new GuardedFloats(count * heads * valueFloats, seed + 1);
            _keys.Values.Fill(float.NaN);
            _values.Values.Fill(float.NaN);
            _key = new GuardedFloats(length * heads * headDim, seed + 2);
            _value = new GuardedFloats(length * heads * headDim, seed + 3);
            Panels = new KeyValuePanels { Keys = _keys.Start, Values = _values.Start, Heads = heads, KeyFloats = headDim * Block, ValueFloats = valueFloats };
            for (var position = 0; position < length; position++)
            {
                for (var head = 0; head < heads; head++)
                {
                    var from = (position * heads + head) * headDim;
                    Panels.Write(_blocks[position / Block], head, position % Block, _key.Start + from, _value.Start + from, headDim);
                }
            }
        }

        public KeyValuePanels Panels { get; }

        public int* Blocks => (int*)_pinned.AddrOfPinnedObject();

        /// <summary>Attention of one query over the positions from <paramref name="first"/> to <paramref name="last"/>, in double precision.</summary>
        public double[] Attend(float[] query, int head, int first, int last)
        {
            double[] scores = [.. Enumerable.Range(first, last - first + 1).Select(position =>
                Enumerable.Range(0, _headDim).Sum(at => (double)query[at] * _key.Values[Place(position, head) + at]) / Math.Sqrt(_headDim))];
            var largest = scores.Max();
            double[] weights = [.. scores.Select(score => Math.Exp(score - largest))];
            return
            [
                .. Enumerable.Range(0, _headDim).Select(at =>
                    weights.Index().Sum(weight => weight.Item * _value.Values[Place(first + weight.Index, head) + at]) / weights.Sum()),
            ];
        }

        public void Dispose()
        {
            _pinned.Free();
            _keys.Dispose();
            _values.Dispose();
            _key.Dispose();
            _value.Dispose();
        }

        private int Place(int position, int head) => (position * _heads + head) * _headDim;
    }
}
