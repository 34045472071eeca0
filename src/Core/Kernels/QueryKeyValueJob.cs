using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace CoLA.Core.Kernels;

/// <summary>
/// Completes queries, keys and values in place: adds the adapters, normalises queries and keys (Qwen3 only), applies the
/// rotary embedding (RoFormer, arXiv 2104.09864, half-split), and copies keys and values into their blocks. A chunk is a
/// tile of tokens and one key-value head with its query heads.
/// </summary>
internal unsafe struct QueryKeyValueJob : IKernelJob
{
    public TokenTile* Tiles;
    public AdapterRun* Runs;
    public int Layer;

    /// <summary>Index of target Q; K and V follow it.</summary>
    public int Target;
    public int Site;
    public int HeadDim;

    /// <summary>Query heads per key-value head.</summary>
    public int Group;

    /// <summary>(tokens, q + k + v)</summary>
    public float* Joined;

    /// <summary>(headDim); null for a model without query and key norms.</summary>
    public float* QueryNorm;
    public float* KeyNorm;
    public float Epsilon;

    /// <summary>(context, headDim / 2)</summary>
    public float* Cos;
    public float* Sin;

    /// <summary>(tokens): the position of each token in its row.</summary>
    public int* Positions;

    /// <summary>(tokens): the block of each token's key and value.</summary>
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

    /// <summary>Normalises one query or key head (headDim), where <paramref name="norm"/> is not null, and rotates it; in place.</summary>
    public static void NormAndRotate(float* features, float* norm, float* cos, float* sin, int headDim, float epsilon)
    {
        if (norm != null)
        {
            NormJob.Norm(features, norm, features, headDim, epsilon);
        }

        Rotate(features, cos, sin, headDim / 2, 1);
    }

    /// <summary>
    /// Rotates one query or key head (2 x <paramref name="half"/>) in place. <paramref name="direction"/> 1 rotates by the
    /// angles; -1 rotates back, which is what the gradient needs.
    /// </summary>
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
