using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Cache;

/// <summary>Stretches of prompts, each going on in a row of the cache from where that row stands.</summary>
internal sealed class PrefillAttention : IAttention, IDisposable
{
    private readonly KeyValueCache _cache;
    private readonly IReadOnlyList<Stretch> _stretches;
    private readonly long[] _lengths;
    private readonly Tensor _places;
    private readonly Tensor?[] _masks;

    /// <param name="cache">The cache, with room for the stretches.</param>
    /// <param name="stretches">In the order of the batch.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="device">The model's device.</param>
    /// <param name="dtype">The model's dtype.</param>
    public PrefillAttention(KeyValueCache cache, IReadOnlyList<Stretch> stretches, ModelConfig config, Device device, ScalarType dtype)
    {
        _cache = cache;
        _stretches = stretches;
        _lengths = [.. stretches.Select(stretch => (long)stretch.Length)];
        var positions = stretches.SelectMany(stretch => Enumerable.Range(stretch.Start, stretch.Length), (_, position) => (long)position);
        var places = stretches.SelectMany(
            stretch => Enumerable.Range(stretch.Start, stretch.Length),
            (stretch, position) => (long)stretch.Row * cache.Positions + position);
        using var scope = NewDisposeScope();
        Positions = tensor(positions.ToArray(), int64, device).DetachFromDisposeScope();
        _places = tensor(places.ToArray(), int64, device).DetachFromDisposeScope();
        _masks = [.. stretches.Select(stretch => stretch.Start == 0 && (config.SlidingWindow ?? int.MaxValue) >= stretch.Length
            ? null
            : CausalMask.Make(stretch.Length, stretch.Start + stretch.Length, config.SlidingWindow, device, dtype).DetachFromDisposeScope())];
    }

    /// <summary>Positions Start .. Start + Length - 1 of a row of the cache.</summary>
    internal readonly record struct Stretch(int Row, int Start, int Length);

    public Tensor Positions { get; }

    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        _cache.Write(layer, _places, key, value);
        long heads = query.shape[1], times = heads / key.shape[1];
        var queries = query.split(_lengths);
        var mixed = new Tensor[_stretches.Count];
        for (var at = 0; at < mixed.Length; at++)
        {
            var (row, start, length) = _stretches[at];
            var (keys, values) = _cache.Read(layer, row, 1, start + length);
            mixed[at] = nn.functional.scaled_dot_product_attention(
                queries[at].transpose(0, 1).unsqueeze(0), // (1, heads, length, headDim)
                Grouped.Repeat(keys.transpose(1, 2), times),
                Grouped.Repeat(values.transpose(1, 2), times),
                _masks[at],
                0,
                is_casual: _masks[at] is null).squeeze(0).transpose(0, 1).reshape(length, -1);
        }

        return mixed.Length == 1 ? mixed[0] : cat(mixed);
    }

    public void Dispose()
    {
        Positions.Dispose();
        _places.Dispose();
        foreach (var mask in _masks)
        {
            mask?.Dispose();
        }
    }
}
