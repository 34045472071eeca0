using System.Runtime.InteropServices;
using CoLA.Core.Configuration;
using CoLA.Core.Kernels;

namespace CoLA.Core.Cache;

/// <summary>
/// The key-value cache on the CPU, float32, in the layout that the kernels read. Per layer, block and key-value head, the keys
/// are one panel (headDim, 16 positions) and the values are panels (16 positions, 16 features). All memory is reserved at
/// once; the operating system provides a page when it is first written.
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
            _keys[layer] = Allocate((nuint)blocks * (nuint)(_heads * _keyFloats));
            _values[layer] = Allocate((nuint)blocks * (nuint)(_heads * _valueFloats));
        }
    }

    /// <summary>Pointers to the keys and values of one layer; valid until this object is disposed.</summary>
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

    private static float* Allocate(nuint floats) => (float*)NativeMemory.AlignedAlloc(floats * sizeof(float), Alignment);
}
