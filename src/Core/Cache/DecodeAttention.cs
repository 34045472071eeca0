using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Cache;

/// <summary>One new token for each of rows 0 .. n - 1 of the cache: all rows go through the kernel together.</summary>
internal sealed class DecodeAttention : IAttention, IDisposable
{
    private readonly KeyValueCache _cache;
    private readonly Tensor _places;
    private readonly Tensor? _mask;
    private readonly int _rows;
    private readonly int _longest;

    /// <param name="cache">The cache, with room for the new tokens.</param>
    /// <param name="lengths">Tokens that each row already has in the cache.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="device">The model's device.</param>
    /// <param name="dtype">The model's dtype.</param>
    public DecodeAttention(KeyValueCache cache, IReadOnlyList<int> lengths, ModelConfig config, Device device, ScalarType dtype)
    {
        _cache = cache;
        _rows = lengths.Count;
        _longest = lengths.Max() + 1;
        using var scope = NewDisposeScope();
        Positions = tensor(lengths.Select(length => (long)length).ToArray(), int64, device).DetachFromDisposeScope();
        _places = tensor(lengths.Select((length, row) => (long)row * cache.Positions + length).ToArray(), int64, device)
            .DetachFromDisposeScope();
        var window = config.SlidingWindow ?? int.MaxValue;
        if (window < _longest || lengths.Any(length => length + 1 != _longest))
        {
            var key = arange(_longest, int64, device).unsqueeze(0);
            var query = Positions.unsqueeze(1);
            var hidden = key > query;
            if (window < _longest)
            {
                hidden = hidden.logical_or(key <= query - window);
            }

            // (rows, 1, query heads of a group, keys)
            _mask = zeros(_rows, _longest, dtype, device).masked_fill_(hidden, float.NegativeInfinity)
                .view(_rows, 1, 1, _longest).expand(_rows, 1, config.Heads / config.KeyValueHeads, _longest).DetachFromDisposeScope();
        }
    }

    public Tensor Positions { get; }

    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        _cache.Write(layer, _places, key, value);
        var (keys, values) = _cache.Read(layer, 0, _rows, _longest);
        long keyValueHeads = key.shape[1], headDim = query.shape[2];

        // The query heads of a group stand where the kernel expects the queries: (rows, keyValueHeads, group, headDim)
        var grouped = query.reshape(_rows, keyValueHeads, -1, headDim);
        var mixed = nn.functional.scaled_dot_product_attention(
            grouped, keys.transpose(1, 2), values.transpose(1, 2), _mask, 0, is_casual: false);
        return mixed.reshape(_rows, -1);
    }

    public void Dispose()
    {
        Positions.Dispose();
        _places.Dispose();
        _mask?.Dispose();
    }
}
