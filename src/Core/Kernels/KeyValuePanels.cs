namespace CoLA.Core.Kernels;

/// <summary>Where the keys and values of one layer lie: blocks of sixteen positions, the heads of a block one behind the other.</summary>
internal unsafe struct KeyValuePanels
{
    public float* Keys;
    public float* Values;
    public int Heads;

    /// <summary>Floats of a block's keys of one head: headDim x 16.</summary>
    public int KeyFloats;

    /// <summary>Floats of a block's values of one head: 16 x headDim, in whole panels.</summary>
    public int ValueFloats;

    /// <summary>One panel (headDim, 16 positions).</summary>
    public readonly float* KeysOf(int block, int head) => Keys + ((nint)block * Heads + head) * KeyFloats;

    /// <summary>Panels (16 positions, 16 features), one behind the other.</summary>
    public readonly float* ValuesOf(int block, int head) => Values + ((nint)block * Heads + head) * ValueFloats;

    /// <summary>Puts one position's key and value (headDim each) into its block.</summary>
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
