using CoLA.Core.Configuration;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Cache;

/// <summary>Attention of a decoding step: one new token per row. One kernel call serves all rows, padded to the longest.</summary>
internal sealed class DecodeAttention : IAttention, IDisposable
{
    private readonly TensorKeyValues _cache;
    private readonly Tensor _newPlaces;
    private readonly Tensor _places; // (rows x longest)
    private readonly Tensor? _mask;
    private readonly int _rows;

    /// <param name="cache">The key-value cache.</param>
    /// <param name="rows">The blocks of each row, with room for its new token, and the number of tokens that they hold already.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="device">The model's device.</param>
    /// <param name="dtype">The model's dtype.</param>
    public DecodeAttention(TensorKeyValues cache, IReadOnlyList<(RowBlocks Blocks, int Length)> rows, ModelConfig config, Device device, ScalarType dtype)
    {
        _cache = cache;
        _rows = rows.Count;
        var longest = rows.Max(row => row.Length) + 1;
        using var scope = NewDisposeScope();
        Tensor Indices(IEnumerable<long> numbers) => tensor(numbers.ToArray(), int64, device).DetachFromDisposeScope();
        Positions = Indices(rows.Select(row => (long)row.Length));
        _newPlaces = Indices(rows.SelectMany(row => TensorKeyValues.PlacesOf(row.Blocks, row.Length, 1)));

        // Padding reads the row's own first place, which is written: a masked value is still multiplied by zero, and 0 x NaN is NaN.
        _places = Indices(rows.SelectMany(row => TensorKeyValues.PlacesOf(row.Blocks, 0, row.Length + 1)
            .Concat(Enumerable.Repeat((long)row.Blocks.Ids[0] * KeyValueBlocks.Positions, longest - row.Length - 1))));
        var window = config.SlidingWindow ?? int.MaxValue;
        if (window < longest || rows.Any(row => row.Length + 1 != longest))
        {
            var key = arange(longest, int64, device).unsqueeze(0);
            var query = Positions.unsqueeze(1);
            var hidden = key > query;
            if (window < longest)
            {
                hidden = hidden.logical_or(key <= query - window);
            }

            // (rows, 1, query heads per key-value head, keys)
            _mask = zeros(_rows, longest, dtype, device).masked_fill_(hidden, float.NegativeInfinity)
                .view(_rows, 1, 1, longest).expand(_rows, 1, config.Heads / config.KeyValueHeads, longest).DetachFromDisposeScope();
        }
    }

    public Tensor Positions { get; }

    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        _cache.Write(layer, _newPlaces, key, value);
        var (keys, values) = _cache.Read(layer, _places);
        long keyValueHeads = key.shape[1], headDim = query.shape[2];

        // (rows, keyValueHeads, keys, headDim)
        Tensor Split(Tensor features) => features.view(_rows, -1, keyValueHeads, headDim).transpose(1, 2);

        // The query heads of a group take the kernel's query dimension: (rows, keyValueHeads, group, headDim)
        var grouped = query.reshape(_rows, keyValueHeads, -1, headDim);
        var mixed = nn.functional.scaled_dot_product_attention(grouped, Split(keys), Split(values), _mask, 0, is_casual: false);
        return mixed.reshape(_rows, -1);
    }

    public void Dispose()
    {
        Positions.Dispose();
        _newPlaces.Dispose();
        _places.Dispose();
        _mask?.Dispose();
    }
}
