using CoLA.Core.Configuration;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Cache;

/// <summary>Attention of a prefill step: one chunk of tokens per row, which continues the row after its cached tokens.</summary>
internal sealed class PrefillAttention : IAttention, IDisposable
{
    private readonly TensorKeyValues _cache;
    private readonly long[] _lengths;
    private readonly Tensor _newPlaces;
    private readonly Tensor[] _places;
    private readonly Tensor?[] _masks;

    /// <param name="cache">The key-value cache.</param>
    /// <param name="chunks">The blocks of each row, with room for its chunk, and the chunk's first position and length, in the order of the batch.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="device">The model's device.</param>
    /// <param name="dtype">The model's dtype.</param>
    public PrefillAttention(
        TensorKeyValues cache, IReadOnlyList<(RowBlocks Blocks, int Start, int Length)> chunks, ModelConfig config, Device device, ScalarType dtype)
    {
        _cache = cache;
        _lengths = [.. chunks.Select(chunk => (long)chunk.Length)];
        using var scope = NewDisposeScope();
        Tensor Indices(IEnumerable<long> numbers) => tensor(numbers.ToArray(), int64, device).DetachFromDisposeScope();
        Positions = Indices(chunks.SelectMany(chunk => Enumerable.Range(chunk.Start, chunk.Length), (_, position) => (long)position));
        _newPlaces = Indices(chunks.SelectMany(chunk => TensorKeyValues.PlacesOf(chunk.Blocks, chunk.Start, chunk.Length)));
        _places = [.. chunks.Select(chunk => Indices(TensorKeyValues.PlacesOf(chunk.Blocks, 0, chunk.Start + chunk.Length)))];
        _masks = [.. chunks.Select(chunk => chunk.Start == 0 && (config.SlidingWindow ?? int.MaxValue) >= chunk.Length
            ? null
            : CausalMask.Make(chunk.Length, chunk.Start + chunk.Length, config.SlidingWindow, device, dtype).DetachFromDisposeScope())];
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
                GroupedQueryAttention.RepeatHeads(keys.transpose(0, 1).unsqueeze(0), times),
                GroupedQueryAttention.RepeatHeads(values.transpose(0, 1).unsqueeze(0), times),
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
