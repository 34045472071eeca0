using CoLA.Core.Configuration;
using static TorchSharp.torch;

namespace CoLA.Core.Cache;

/// <summary>
/// The key-value cache in tensors, on any device: per layer (places, keyValueHeads, headDim), where place = block x 16 +
/// position within the block. Preallocated. Memory that was never written may hold a NaN, so readers must not read it, not
/// even to multiply it by zero.
/// </summary>
internal sealed class TensorKeyValues : IDisposable
{
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;

    public TensorKeyValues(ModelConfig config, int blocks, Device device, ScalarType dtype)
    {
        long[] shape = [(long)blocks * KeyValueBlocks.Positions, config.KeyValueHeads, config.HeadDim];
        Tensor Allocate() => empty(shape, dtype, device).DetachFromDisposeScope();
        _keys = [.. Enumerable.Range(0, config.Layers).Select(_ => Allocate())];
        _values = [.. Enumerable.Range(0, config.Layers).Select(_ => Allocate())];
    }

    /// <summary>The places of a row's positions <paramref name="start"/> .. start + length - 1.</summary>
    public static IEnumerable<long> PlacesOf(RowBlocks blocks, int start, int length) =>
        Enumerable.Range(start, length).Select(position =>
            (long)blocks.Ids[position / KeyValueBlocks.Positions] * KeyValueBlocks.Positions + position % KeyValueBlocks.Positions);

    /// <summary>Writes keys and values, each (tokens, keyValueHeads, headDim), at <paramref name="places"/> (tokens), int64.</summary>
    public void Write(int layer, Tensor places, Tensor key, Tensor value)
    {
        _keys[layer].index_copy_(0, places, key);
        _values[layer].index_copy_(0, places, value);
    }

    /// <summary>Reads keys and values, each (tokens, keyValueHeads, headDim), at <paramref name="places"/> (tokens), int64.</summary>
    public (Tensor Keys, Tensor Values) Read(int layer, Tensor places) =>
        (_keys[layer].index_select(0, places), _values[layer].index_select(0, places));

    public void Dispose()
    {
        foreach (var tensor in _keys.Concat(_values))
        {
            tensor.Dispose();
        }
    }
}
