using CoLA.Core.Adapters.Resident;
using CoLA.Core.Cache;
using CoLA.Core.Kernels;

namespace CoLA.Core.Engine.Runners;

/// <summary>
/// The tokens of one step, in the layout that the kernels read. Rows are sorted by lane (pool version, stacked or summed,
/// subtracting or not, routed or not), and within a lane by adapter. The tokens of a lane are therefore contiguous: one
/// product with the pool's A serves them all, and tokens of one adapter share its U.
/// </summary>
internal sealed unsafe class StepTokens(int keyValueHeads, int group) : IDisposable
{
    private readonly NativeBuffer<int> _positions = new();
    private readonly NativeBuffer<int> _blockOfToken = new();
    private readonly NativeBuffer<int> _blocksOfRows = new();
    private readonly NativeBuffer<TokenTile> _tiles = new();
    private readonly NativeBuffer<QueryTile> _queries = new();
    private readonly NativeBuffer<AdapterRun> _runs = new();
    private readonly List<Lane> _lanes = [];
    private RowChunk[] _order = [];

    /// <summary>Contiguous tokens that share a projection: one pool version and one layout of it.</summary>
    internal readonly record struct Lane(PoolOnDevice Pool, bool Summed, bool Subtracts, int Routed, int First, int Count, IntPtr Sites);

    /// <summary>Number of tokens in the step.</summary>
    public int Count { get; private set; }

    public IReadOnlyList<Lane> Lanes => _lanes;

    /// <summary>Position of each token in its row, (tokens).</summary>
    public int* Positions { get; private set; }

    /// <summary>Cache block that holds each token's key and value, (tokens).</summary>
    public int* Blocks { get; private set; }

    public TokenTile* Tiles { get; private set; }

    public int TileCount { get; private set; }

    public QueryTile* Queries { get; private set; }

    public int QueryCount { get; private set; }

    public AdapterRun* Runs { get; private set; }

    public int RunCount { get; private set; }

    /// <summary>Number of runs whose adapter has a router.</summary>
    public int RoutedRuns { get; private set; }

    /// <summary>Number of (token tile, key-value head) pairs.</summary>
    public int TileHeads => TileCount * keyValueHeads;

    /// <summary>Number of (query tile, key-value head) pairs.</summary>
    public int QueryHeads => QueryCount * keyValueHeads;

    /// <summary>Token ids in sorted order, (tokens).</summary>
    public long[] Ids { get; private set; } = [];

    /// <summary>Index of the last token of each chunk that produces a token, in the order of the chunks passed to <see cref="Set"/>.</summary>
    public int[] Ends { get; private set; } = [];

    /// <summary>Replaces the previous step's tokens with those of <paramref name="chunks"/>.</summary>
    public void Set(IReadOnlyList<RowChunk> chunks)
    {
        _order =
        [
            .. chunks.OrderBy(chunk => chunk.Row.Adapter is { } adapter ? adapter.Pool.Number : -1)
                .ThenBy(chunk => chunk.Row.Adapter is { Summed: true })
                .ThenBy(chunk => chunk.Row.Adapter is { Subtracts: true })
                .ThenBy(chunk => chunk.Row.Adapter?.Routed ?? 0)
                .ThenBy(chunk => chunk.Row.Adapter?.Number ?? -1),
        ];
        Count = _order.Sum(chunk => chunk.Length);
        Ids = new long[Count];
        Positions = _positions.Of(Count);
        Blocks = _blockOfToken.Of(Count);
        Tiles = _tiles.Of(Count);
        Queries = _queries.Of(Count);
        Runs = _runs.Of(_order.Length);
        TileCount = QueryCount = RunCount = RoutedRuns = 0;
        _lanes.Clear();
        PlaceTokens();
        PlaceRuns();
        var ends = new Dictionary<RowChunk, int>(_order.Length);
        var end = 0;
        foreach (var chunk in _order)
        {
            end += chunk.Length;
            ends.Add(chunk, end - 1);
        }

        Ends = [.. chunks.Where(chunk => chunk.ProducesToken).Select(chunk => ends[chunk])];
    }

    public void Dispose()
    {
        _positions.Dispose();
        _blockOfToken.Dispose();
        _blocksOfRows.Dispose();
        _tiles.Dispose();
        _queries.Dispose();
        _runs.Dispose();
    }

    private void PlaceTokens()
    {
        var blocks = _blocksOfRows.Of(_order.Sum(chunk => chunk.Row.Blocks.Ids.Count));
        var token = 0;
        foreach (var (row, length) in _order)
        {
            row.Blocks.Ids.CopyTo(new Span<int>(blocks, row.Blocks.Ids.Count));
            for (var at = 0; at < length; at++)
            {
                var position = row.Cached + at;
                Ids[token + at] = row.Tokens[position];
                Positions[token + at] = position;
                Blocks[token + at] = blocks[position / KeyValueBlocks.Positions];
            }

            for (int at = 0, most = AttentionJob.QueriesOf(group); at < length; at += most)
            {
                Queries[QueryCount++] = new QueryTile
                {
                    First = token + at,
                    Count = Math.Min(most, length - at),
                    Position = row.Cached + at,
                    Blocks = blocks,
                };
            }

            blocks += row.Blocks.Ids.Count;
            token += length;
        }
    }

    private void PlaceRuns()
    {
        var token = 0;
        for (var at = 0; at < _order.Length;)
        {
            var adapter = _order[at].Row.Adapter;
            var first = token;
            for (; at < _order.Length && _order[at].Row.Adapter == adapter; at++)
            {
                token += _order[at].Length;
            }

            var run = -1;
            if (adapter is not null)
            {
                run = RunCount++;
                RoutedRuns += adapter.Routed > 0 ? 1 : 0;
                var lane = Extend(adapter, first, token - first);
                Runs[run] = new AdapterRun
                {
                    Heads = adapter.HeadsTable.Pointers,
                    Projections = (PoolProjection*)lane.Sites,
                    LaneFirst = lane.First,
                    First = first,
                    Count = token - first,
                    Routes = adapter.Routed > 0,
                };
            }

            for (; first < token; first += TokenTile.MaximumTokens)
            {
                Tiles[TileCount++] = new TokenTile { First = first, Count = Math.Min(TokenTile.MaximumTokens, token - first), Run = run };
            }
        }
    }

    private Lane Extend(FoldedAdapter adapter, int first, int count)
    {
        if (_lanes is [.., var last]
            && last.Pool == adapter.Pool && last.Summed == adapter.Summed && last.Subtracts == adapter.Subtracts && last.Routed == adapter.Routed)
        {
            return _lanes[^1] = last with { Count = last.Count + count };
        }

        var sites = (IntPtr)adapter.Pool.ProjectionTableOf(adapter.Summed, adapter.Subtracts, adapter.Routed).Pointers;
        _lanes.Add(new Lane(adapter.Pool, adapter.Summed, adapter.Subtracts, adapter.Routed, first, count, sites));
        return _lanes[^1];
    }
}
