using System.Numerics.Tensors;

namespace CoLA.Core.Kernels;

/// <summary>
/// Weighs the projected input of routed runs for each head, by softmax of the router's logits: [w_1 z, ..., w_N z], which
/// the stacked heads then multiply as other adapters' heads multiply z. A chunk is a tile.
/// </summary>
internal unsafe struct RouteJob : IKernelJob
{
    public TokenTile* Tiles;
    public AdapterRun* Runs;
    public int Layer;
    public int Site;

    /// <summary>Index of the site's first target.</summary>
    public int Target;

    /// <summary>How many targets it has.</summary>
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
