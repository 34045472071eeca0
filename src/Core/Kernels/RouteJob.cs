using System.Numerics.Tensors;

namespace CoLA.Core.Kernels;

/// <summary>
/// Weights the projected input z of routed runs for each adapter head, with w = softmax(router logits) (HydraLoRA, arXiv
/// 2404.19245): [w_1 z, ..., w_N z]. The stacked heads then multiply it as the heads of other adapters multiply z. A chunk
/// is a tile of tokens.
/// </summary>
internal unsafe struct RouteJob : IKernelJob
{
    public TokenTile* Tiles;
    public AdapterRun* Runs;
    public int Layer;
    public int Site;

    /// <summary>Index of the first target of the site.</summary>
    public int Target;

    /// <summary>The number of targets of the site.</summary>
    public int Targets;

    public readonly void Run(int chunk)
    {
        var tile = Tiles[chunk];
        if (tile.Run < 0 || !Runs[tile.Run].Routes)
        {
            return;
        }

        ref readonly var run = ref Runs[tile.Run];
        for (var target = Target; target < Target + Targets; target++)
        {
            ref readonly var heads = ref run.HeadsOf(Layer, target);
            for (var token = tile.First; heads.Folded != null && token < tile.First + tile.Count; token++)
            {
                Route(run.RowOf(Layer, Site, token), heads);
            }
        }
    }

    private static void Route(float* row, in TaskHeads heads)
    {
        var weights = new Span<float>(row + heads.RouterColumn, heads.Routed);
        Softmax.Of(weights, weights);
        var rank = heads.Rank / heads.Routed;
        var shared = new ReadOnlySpan<float>(row + heads.SharedColumn, rank);
        for (var j = 0; j < heads.Routed; j++)
        {
            TensorPrimitives.Multiply(shared, weights[j], new Span<float>(row + heads.Column + j * rank, rank));
        }
    }
}
