using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// Causal attention over blocks of keys and values, segment by segment with a running maximum (FlashAttention, arXiv
/// 2205.14135). A chunk is a query tile and one key-value head with its query heads. Segments begin at fixed positions,
/// and each query sums over its positions in ascending order: its result does not depend on the other queries of the tile.
/// </summary>
internal unsafe struct AttentionJob : IKernelJob
{
    /// <summary>Positions of a segment, whose scores are in memory at the same time; a multiple of the block size.</summary>
    private const int Segment = 256;

    /// <summary>The approximate number of queries x query heads in a chunk.</summary>
    private const int Rows = 48;

    public QueryTile* Tiles;
    public int HeadDim;

    /// <summary>Query heads per key-value head.</summary>
    public int Group;

    /// <summary>A query attends to its own position and the Window - 1 positions before it.</summary>
    public int Window;

    /// <summary>(tokens, q + k + v)</summary>
    public float* Joined;

    /// <summary>(tokens, q): the attention output.</summary>
    public float* Mixed;

    public KeyValuePanels Cache;

    /// <summary>The maximum number of queries in a tile, for <paramref name="group"/> query heads per key-value head.</summary>
    public static int QueriesOf(int group) => Math.Max(1, Rows / group);

    [SkipLocalsInit]
    public readonly void Run(int chunk)
    {
        var tile = Tiles[chunk / Cache.Heads];
        var head = chunk % Cache.Heads;
        var rows = tile.Count * Group;
        var scores = stackalloc float[rows * Segment];
        var queries = stackalloc float[rows * HeadDim];
        var mixed = stackalloc float[rows * HeadDim];
        var largest = stackalloc float[rows];
        var total = stackalloc float[rows];
        ReadQueries(tile, head, queries);
        new Span<float>(mixed, rows * HeadDim).Clear();
        new Span<float>(largest, rows).Fill(float.NegativeInfinity);
        new Span<float>(total, rows).Clear();

        var end = tile.Position + tile.Count;
        for (var start = Math.Max(0, tile.Position - Window + 1) / Segment * Segment; start < end; start += Segment)
        {
            var length = Math.Min(Segment, end - start);
            Score(tile, head, start, length, queries, scores, rows);
            for (var row = 0; row < rows; row++)
            {
                // The positions of this segment that the row attends to
                var position = tile.Position + row / Group;
                var from = Math.Clamp(position - Window + 1 - start, 0, length);
                var to = Math.Clamp(position + 1 - start, from, length);
                Weigh(scores + row * Segment, from, to, length, largest + row, total + row, mixed + row * HeadDim);
            }

            Mix(tile, head, start, length, scores, mixed, rows);
        }

        Write(tile, head, mixed, total);
    }

    private readonly void ReadQueries(in QueryTile tile, int head, float* queries)
    {
        nint stride = (nint)(Cache.Heads * Group + 2 * Cache.Heads) * HeadDim;
        var scale = 1 / MathF.Sqrt(HeadDim);
        var width = Group * HeadDim;
        for (var at = 0; at < tile.Count; at++)
        {
            var from = Joined + (tile.First + at) * stride + head * width;
            for (var feature = 0; feature < width; feature++)
            {
                queries[at * width + feature] = from[feature] * scale;
            }
        }
    }

    private readonly void Score(in QueryTile tile, int head, int start, int length, float* queries, float* scores, int rows)
    {
        for (var at = 0; at < length; at += Panels.Width)
        {
            var keys = Cache.KeysOf(tile.Blocks[(start + at) / Panels.Width], head);
            Panels.Multiply(keys, 0, Panels.Width, HeadDim, queries, HeadDim, rows, scores + at, Segment, Panels.Width, Start.Zero, null);
        }
    }

    /// <summary>Turns a row's scores into softmax weights, and rescales the sums of earlier segments to the new maximum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private readonly void Weigh(float* scores, int from, int to, int length, float* largest, float* total, float* mixed)
    {
        var padded = (length + Panels.Width - 1) / Panels.Width * Panels.Width;
        var masked = from == to ? 0 : float.NegativeInfinity;
        new Span<float>(scores, from).Fill(masked);
        new Span<float>(scores + to, padded - to).Fill(masked);
        if (from == to)
        {
            return;
        }

        var maximum = Vector256.Create(float.NegativeInfinity);
        for (var at = 0; at < padded; at += 8)
        {
            maximum = Vector256.Max(maximum, Vector256.Load(scores + at));
        }

        var newLargest = *largest;
        for (var lane = 0; lane < 8; lane++)
        {
            newLargest = MathF.Max(newLargest, maximum[lane]);
        }

        var shift = Vector256.Create(newLargest);
        Vector256<float> sum = default;
        for (var at = 0; at < padded; at += 8)
        {
            var weight = Vector256.Exp(Vector256.Load(scores + at) - shift);
            weight.Store(scores + at);
            sum += weight;
        }

        var scale = MathF.Exp(*largest - newLargest);
        *total = *total * scale + Vector256.Sum(sum);
        *largest = newLargest;
        if (scale != 1)
        {
            for (var feature = 0; feature < HeadDim; feature++)
            {
                mixed[feature] *= scale;
            }
        }
    }

    private readonly void Mix(in QueryTile tile, int head, int start, int length, float* scores, float* mixed, int rows)
    {
        for (var at = 0; at < length; at += Panels.Width)
        {
            var values = Cache.ValuesOf(tile.Blocks[(start + at) / Panels.Width], head);

            // Only the positions that are written: memory after them may hold a NaN, and 0 x NaN is NaN.
            Panels.Multiply(
                values,
                Panels.Width * Panels.Width,
                Panels.Width,
                Math.Min(Panels.Width, length - at),
                scores + at,
                Segment,
                rows,
                mixed,
                HeadDim,
                HeadDim,
                Start.Sum,
                null);
        }
    }

    private readonly void Write(in QueryTile tile, int head, float* mixed, float* total)
    {
        nint stride = (nint)Cache.Heads * Group * HeadDim;
        for (var row = 0; row < tile.Count * Group; row++)
        {
            var to = Mixed + (tile.First + row / Group) * stride + (head * Group + row % Group) * HeadDim;
            var factor = 1 / total[row];
            for (var feature = 0; feature < HeadDim; feature++)
            {
                to[feature] = mixed[row * HeadDim + feature] * factor;
            }
        }
    }
}
