using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// hidden += the output of attention or of the feed-forward, with its adapters; normed = RMS norm of hidden (arXiv
/// 1910.07467). A chunk is a tile of tokens.
/// </summary>
internal unsafe struct NormJob : IKernelJob
{
    public TokenTile* Tiles;
    public AdapterRun* Runs;
    public int Layer;
    public int Target;
    public int Site;
    public int Width;

    /// <summary>(tokens, width): the output of attention or of the feed-forward; the adapters are added in place.</summary>
    public float* Branch;

    /// <summary>(tokens, width): the residual stream; updated in place.</summary>
    public float* Hidden;

    /// <summary>(tokens, width); written.</summary>
    public float* Normed;

    /// <summary>(width)</summary>
    public float* Weight;
    public float Epsilon;

    public readonly void Run(int chunk)
    {
        var tile = Tiles[chunk];
        if (tile.Run >= 0)
        {
            Runs[tile.Run].Add(Layer, Target, Site, tile.First, tile.Count, 0, Width, Branch + (nint)tile.First * Width, Width);
        }

        for (var token = tile.First; token < tile.First + tile.Count; token++)
        {
            var hidden = Hidden + (nint)token * Width;
            Accumulate(hidden, Branch + (nint)token * Width, Width);
            Norm(hidden, Weight, Normed + (nint)token * Width, Width, Epsilon);
        }
    }

    /// <summary>to (width) = from / sqrt(mean(from^2) + epsilon) x weight. <paramref name="to"/> may be <paramref name="from"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Norm(float* from, float* weight, float* to, int width, float epsilon)
    {
        Vector256<float> even = default, odd = default;
        var at = 0;
        for (; at + 16 <= width; at += 16)
        {
            Vector256<float> left = Vector256.Load(from + at), right = Vector256.Load(from + at + 8);
            even = Vector256.FusedMultiplyAdd(left, left, even);
            odd = Vector256.FusedMultiplyAdd(right, right, odd);
        }

        var sum = Vector256.Sum(even + odd);
        for (; at < width; at++)
        {
            sum += from[at] * from[at];
        }

        var factor = 1 / MathF.Sqrt(sum / width + epsilon);
        var factors = Vector256.Create(factor);
        for (at = 0; at + 8 <= width; at += 8)
        {
            (Vector256.Load(from + at) * factors * Vector256.Load(weight + at)).Store(to + at);
        }

        for (; at < width; at++)
        {
            to[at] = from[at] * factor * weight[at];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Accumulate(float* to, float* from, int width)
    {
        var at = 0;
        for (; at + 8 <= width; at += 8)
        {
            (Vector256.Load(to + at) + Vector256.Load(from + at)).Store(to + at);
        }

        for (; at < width; at++)
        {
            to[at] += from[at];
        }
    }
}
