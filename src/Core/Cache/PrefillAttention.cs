using CoLA.Core.Configuration;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Cache;

/// <summary>Stretches of tokens, each going on in a row from where that row stands.</summary>
internal sealed class PrefillAttention : IAttention, IDisposable
{
    private readonly TensorKeyValues _cache;
    private readonly long[] _lengths;
    private readonly Tensor _newPlaces;
    private readonly Tensor[] _places;
    private readonly Tensor?[] _masks;

    /// <param name="cache">Keys and values.</param>
    /// <param name="stretches">Each row's blocks, with room for the stretch, and its first position and length, in the order of the batch.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="device">The model's device.</param>
    /// <param name="dtype">The model's dtype.</param>
    public PrefillAttention(
        TensorKeyValues cache, IReadOnlyList<(RowBlocks Blocks, int Start, int Length)> stretches, ModelConfig config, Device device, ScalarType dtype)
    {
        _cache = cache;
        _lengths = [.. stretches.Select(stretch => (long)stretch.Length)];
        using var scope = NewDisposeScope();
        Tensor Whole(IEnumerable<long> numbers) => tensor(numbers.ToArray(), int64, device).DetachFromDisposeScope();
        Positions = Whole(stretches.SelectMany(stretch => Enumerable.Range(stretch.Start, stretch.Length), (_, position) => (long)position));
        _newPlaces = Whole(stretches.SelectMany(stretch => TensorKeyValues.PlacesOf(stretch.Blocks, stretch.Start, stretch.Length)));
        _places = [.. stretches.Select(stretch => Whole(TensorKeyValues.PlacesOf(stretch.Blocks, 0, stretch.Start + stretch.Length)))];
        _masks = [.. stretches.Select(stretch => stretch.Start == 0 && (config.SlidingWindow ?? int.MaxValue) >= stretch.Length
            ? null
            : CausalMask.Make(stretch.Length, stretch.Start + stretch.Length, config.SlidingWindow, device, dtype).DetachFromDisposeScope())];
    }

    public Tensor Positions { get; }

    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        _cache.Write(layer, _newPlaces, key, value);
        long times = query.shape[1] / key.shape[1];
        var queries = query.split(_lengths);
        var mixed = new Tensor[_places.Length];
        for (var at = 0; at < mixed.Length; at++)
        {
            var (keys, values) = _cache.Read(layer, _places[at]);
            mixed[at] = nn.functional.scaled_dot_product_attention(
                queries[at].transpose(0, 1).unsqueeze(0), // (1, heads, length, headDim)
                GroupedQueryAttention.Repeat(keys.transpose(0, 1).unsqueeze(0), times),
                GroupedQueryAttention.Repeat(values.transpose(0, 1).unsqueeze(0), times),
                _masks[at],
                0,
                is_casual: _masks[at] is null).squeeze(0).transpose(0, 1).reshape(_lengths[at], -1);
        }

        return mixed.Length == 1 ? mixed[0] : cat(mixed);
    }

    public void Dispose()
    {
        Positions.Dispose();
        _newPlaces.Dispose();
        foreach (var tensor in _places.Concat(_masks))
        {
            tensor?.Dispose();
        }
    }
}
