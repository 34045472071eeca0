using CoLA.Core.Configuration;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// Attention of whole sequences, packed one after the other without padding and without a cache: training and scoring. One
/// kernel call serves neighbouring sequences of the same length.
/// </summary>
internal sealed class PackedAttention : IAttention, IDisposable
{
    private readonly List<(long Start, long Count, long Length)> _groups = [];
    private readonly Dictionary<long, Tensor> _masks = [];
    private readonly int? _window;
    private readonly Device _device;

    /// <param name="lengths">The number of tokens of each sequence, in the order of the batch.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="device">The model's device.</param>
    public PackedAttention(IReadOnlyList<int> lengths, ModelConfig config, Device device)
    {
        _window = config.SlidingWindow;
        _device = device;
        var positions = new long[lengths.Sum()];
        var start = 0;
        foreach (var length in lengths)
        {
            for (var offset = 0; offset < length; offset++)
            {
                positions[start + offset] = offset;
            }

            if (_groups is [.., var last] && last.Length == length)
            {
                _groups[^1] = last with { Count = last.Count + 1 };
            }
            else
            {
                _groups.Add((start, 1, length));
            }

            start += length;
        }

        Positions = tensor(positions, int64, device).DetachFromDisposeScope();
    }

    public Tensor Positions { get; }

    public Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        if (_groups.Count == 1)
        {
            return Attend(query, key, value, _groups[0].Count, _groups[0].Length);
        }

        var sizes = _groups.Select(group => group.Count * group.Length).ToArray();
        var queries = query.split(sizes);
        var keys = key.split(sizes);
        var values = value.split(sizes);
        return cat([.. _groups.Select((group, at) => Attend(queries[at], keys[at], values[at], group.Count, group.Length))]);
    }

    public void Dispose()
    {
        Positions.Dispose();
        foreach (var mask in _masks.Values)
        {
            mask.Dispose();
        }
    }

    private Tensor Attend(Tensor query, Tensor key, Tensor value, long count, long length)
    {
        long heads = query.shape[1], keyValueHeads = key.shape[1], headDim = query.shape[2];

        // (count, query heads, length, headDim); the query heads of a group share one key-value head
        Tensor Split(Tensor features)
        {
            var split = features.view(count, length, -1, headDim).transpose(1, 2);
            return split.shape[1] == heads ? split : GroupedQueryAttention.RepeatHeads(split, heads / keyValueHeads);
        }

        var mask = _window < length ? MaskOf(length, query.dtype) : null;
        var mixed = nn.functional.scaled_dot_product_attention(
            Split(query), Split(key), Split(value), mask, 0, is_casual: mask is null);
        return mixed.transpose(1, 2).reshape(count * length, heads * headDim);
    }

    private Tensor MaskOf(long length, ScalarType dtype)
    {
        if (!_masks.TryGetValue(length, out var mask))
        {
            mask = CausalMask.Make(length, length, _window, _device, dtype).DetachFromDisposeScope();
            _masks.Add(length, mask);
        }

        return mask;
    }
}
