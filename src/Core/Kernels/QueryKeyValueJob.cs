using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// Finishes queries, keys and values: adapters, the norms of Qwen3, the rotation (RoFormer, arXiv 2104.09864, half-split),
/// and puts keys and values into their blocks. A chunk is a tile and one key-value head with its query heads.
/// </summary>
internal unsafe struct QueryKeyValueJob : IKernelJob
{
    public TokenTile* Tiles;
    public AdapterRun* Runs;
    public int Layer;

    /// <summary>Index of q; k and v follow.</summary>
    public int Target;
    public int Site;
    public int HeadDim;

    /// <summary>Query heads of a key-value head.</summary>
    public int Group;

    /// <summary>(tokens, q + k + v)</summary>
    public float* Joined;

    /// <summary>(headDim), or null.</summary>
    public float* QueryNorm;
    public float* KeyNorm;
    public float Epsilon;

    /// <summary>(context, headDim / 2)</summary>
    public float* Cos;
    public float* Sin;

    /// <summary>Position of each token in its row.</summary>
    public int* Positions;

    /// <summary>Block of each token.</summary>
    public int* Blocks;

    public KeyValuePanels Cache;

    public readonly void Run(int chunk)
    {
        var tile = Tiles[chunk / Cache.Heads];
        var head = chunk % Cache.Heads;
        int queryWidth = Cache.Heads * Group * HeadDim, keyWidth = Cache.Heads * HeadDim;
        nint stride = queryWidth + 2 * keyWidth;
        int query = head * Group * HeadDim, key = queryWidth + head * HeadDim, value = key + keyWidth;
        if (tile.Run >= 0)
        {
            ref readonly var run = ref Runs[tile.Run];
            var joined = Joined + tile.First * stride;
            run.Add(Layer, Target, Site, tile.First, tile.Count, head * Group * HeadDim, Group * HeadDim, joined + query, stride);
            run.Add(Layer, Target + 1, Site, tile.First, tile.Count, head * HeadDim, HeadDim, joined + key, stride);
            run.Add(Layer, Target + 2, Site, tile.First, tile.Count, head * HeadDim, HeadDim, joined + value, stride);
        }

        for (var token = tile.First; token < tile.First + tile.Count; token++)
        {
            var joined = Joined + token * stride;
            var position = Positions[token];
            float* cos = Cos + (nint)position * (HeadDim / 2), sin = Sin + (nint)position * (HeadDim / 2);
            for (var at = 0; at < Group; at++)
            {
                NormAndRotate(joined + query + at * HeadDim, QueryNorm, cos, sin, HeadDim, Epsilon);
            }

            NormAndRotate(joined + key, KeyNorm, cos, sin, HeadDim, Epsilon);
            Cache.Write(Blocks[token], head, position % Panels.Width, joined + key, joined + value, HeadDim);
        }
    }

    /// <summary>One head (headDim) of queries or keys: the norm, if there is one, and the rotation.</summary>
    public static void NormAndRotate(float* features, float* norm, float* cos, float* sin, int headDim, float epsilon)
    {
        if (norm != null)
        {
            NormJob.Norm(features, norm, features, headDim, epsilon);
        }

        Rotate(features, cos, sin, headDim / 2, 1);
    }

    /// <summary>One head (2 half) by its angles, or with <paramref name="direction"/> -1 back by them, which is the gradient's way.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Rotate(float* features, float* cos, float* sin, int half, float direction)
    {
        var other = features + half;
        var at = 0;
        for (; at + 8 <= half; at += 8)
        {
            Vector256<float> first = Vector256.Load(features + at), second = Vector256.Load(other + at);
            Vector256<float> c = Vector256.Load(cos + at), s = Vector256.Load(sin + at) * direction;
            (first * c - second * s).Store(features + at);
            (second * c + first * s).Store(other + at);
        }

        for (; at < half; at++)
        {
            float first = features[at], second = other[at], s = sin[at] * direction;
            features[at] = first * cos[at] - second * s;
            other[at] = second * cos[at] + first * s;
        }
    }
}
