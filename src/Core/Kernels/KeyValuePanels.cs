namespace CoLA.Core.Kernels;

/// <summary>Pointers to the keys and values of one layer: blocks of 16 positions; a block holds its key-value heads one after the other.</summary>
internal unsafe struct KeyValuePanels
{
    public float* Keys;
    public float* Values;

    /// <summary>Key-value heads.</summary>
    public int Heads;

    /// <summary>Floats per block for the keys of one head: headDim x 16.</summary>
    public int KeyFloats;

    /// <summary>Floats per block for the values of one head: 16 x headDim, padded to whole panels.</summary>
    public int ValueFloats;

    /// <summary>The keys of one block and head: one panel (headDim, 16 positions).</summary>
    public readonly float* KeysOf(int block, int head) => Keys + ((nint)block * Heads + head) * KeyFloats;

    /// <summary>The values of one block and head: panels (16 positions, 16 features), one after the other.</summary>
    public readonly float* ValuesOf(int block, int head) => Values + ((nint)block * Heads + head) * ValueFloats;

    /// <summary>Writes the key and the value (headDim each) of one position of a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="head">The key-value head.</param>
    /// <param name="position">The position within the block, 0 to 15.</param>
    /// <param name="key">(headDim)</param>
    /// <param name="value">(headDim)</param>
    /// <param name="headDim">Features per head.</param>
    public readonly void Write(int block, int head, int position, float* key, float* value, int headDim)
    {
        var keys = KeysOf(block, head) + position;
        var values = ValuesOf(block, head) + position * Panels.Width;
        for (var at = 0; at < headDim; at++)
        {
            keys[at * Panels.Width] = key[at];
            values[at / Panels.Width * Panels.Width * Panels.Width + at % Panels.Width] = value[at];
        }
    }
}
