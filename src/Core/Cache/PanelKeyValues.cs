using System.Runtime.InteropServices;
using CoLA.Core.Configuration;
using CoLA.Core.Kernels;

namespace CoLA.Core.Cache;

/// <summary>
/// Keys and values on the CPU in the shape that the kernels read, float32. A block of a layer holds, per key-value head,
/// the keys as one panel (headDim, 16 positions), and the values as panels (16 positions, 16 features). Reserved at once;
/// the system gives memory to what is written.
/// </summary>
internal sealed unsafe class PanelKeyValues : IDisposable
{
    private const int Alignment = 64;

    private readonly float*[] _keys;
    private readonly float*[] _values;
    private readonly int _heads;
    private readonly int _keyFloats;
    private readonly int _valueFloats;

    public PanelKeyValues(ModelConfig config, int blocks)
    {
        _heads = config.KeyValueHeads;
        _keyFloats = config.HeadDim * KeyValueBlocks.Positions;
        _valueFloats = (config.HeadDim + Panels.Width - 1) / Panels.Width * Panels.Width * KeyValueBlocks.Positions;
        _keys = new float*[config.Layers];
        _values = new float*[config.Layers];
        for (var layer = 0; layer < config.Layers; layer++)
        {
            _keys[layer] = Room((nuint)blocks * (nuint)(_heads * _keyFloats));
            _values[layer] = Room((nuint)blocks * (nuint)(_heads * _valueFloats));
        }
    }

    /// <summary>The memory of one layer; valid for as long as this lives.</summary>
    public KeyValuePanels Of(int layer) => new()
    {
        Keys = _keys[layer],
        Values = _values[layer],
        Heads = _heads,
        KeyFloats = _keyFloats,
        ValueFloats = _valueFloats,
    };

    public void Dispose()
    {
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            NativeMemory.AlignedFree(_keys[layer]);
            NativeMemory.AlignedFree(_values[layer]);
            _keys[layer] = _values[layer] = null;
        }
    }

    private static float* Room(nuint floats) => (float*)NativeMemory.AlignedAlloc(floats * sizeof(float), Alignment);
}
