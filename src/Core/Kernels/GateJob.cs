using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// silu(gate) x up of the feed-forward (SwiGLU, arXiv 2002.05202), after adding the adapters of both targets. A chunk is a
/// tile of tokens and a slice of columns.
/// </summary>
internal unsafe struct GateJob : IKernelJob
{
    /// <summary>Columns per chunk: few enough that a single token keeps several threads busy.</summary>
    private const int Slice = 512;

    public TokenTile* Tiles;
    public AdapterRun* Runs;
    public int Layer;
    public int Gate;
    public int Up;
    public int Site;
    public int Width;

    /// <summary>(tokens, 2 x width): gate, then up; the adapters are added in place.</summary>
    public float* Joined;

    /// <summary>(tokens, width)</summary>
    public float* Gated;

    public readonly int Slices => (Width + Slice - 1) / Slice;

    public readonly void Run(int chunk)
    {
        var tile = Tiles[chunk / Slices];
        var column = chunk % Slices * Slice;
        var columns = Math.Min(Slice, Width - column);
        nint stride = 2 * Width;
        var joined = Joined + tile.First * stride + column;
        if (tile.Run >= 0)
        {
            Runs[tile.Run].Add(Layer, Gate, Site, tile.First, tile.Count, column, columns, joined, stride);
            Runs[tile.Run].Add(Layer, Up, Site, tile.First, tile.Count, column, columns, joined + Width, stride);
        }

        for (var token = 0; token < tile.Count; token++)
        {
            var gate = joined + token * stride;
            Multiply(gate, gate + Width, Gated + (nint)(tile.First + token) * Width + column, columns);
        }
    }

    /// <summary>to = silu(gate) x up; each has length <paramref name="columns"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(float* gate, float* up, float* to, int columns)
    {
        var at = 0;
        for (; at + 8 <= columns; at += 8)
        {
            var value = Vector256.Load(gate + at);
            (value / (Vector256<float>.One + Vector256.Exp(-value)) * Vector256.Load(up + at)).Store(to + at);
        }

        for (; at < columns; at++)
        {
            to[at] = gate[at] / (1 + MathF.Exp(-gate[at])) * up[at];
        }
    }
}
