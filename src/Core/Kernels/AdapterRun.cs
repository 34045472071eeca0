namespace CoLA.Core.Kernels;

/// <summary>Neighbouring tokens of a step under one task version, and where its matrices and their projected input lie.</summary>
internal unsafe struct AdapterRun
{
    private const int Targets = 7;
    private const int Sites = 4;

    /// <summary>Table (layers, 7 targets).</summary>
    public TaskHeads* Heads;

    /// <summary>Table (layers, 4 sites).</summary>
    public PoolProjection* Projections;

    /// <summary>Projected input (tokens of the lane, columns) of the site that is being computed.</summary>
    public float* Projected;

    /// <summary>First token of the lane, whose row comes first in <see cref="Projected"/>.</summary>
    public int LaneFirst;

    /// <summary>First token of the run.</summary>
    public int First;

    /// <summary>How many tokens it has.</summary>
    public int Count;

    /// <summary>A router weighs its heads for each token.</summary>
    public bool Routes;

    public readonly ref readonly TaskHeads HeadsOf(int layer, int target) => ref Heads[layer * Targets + target];

    /// <summary>The projected input of a token at the site that is being computed.</summary>
    public readonly float* RowOf(int layer, int site, int token) => Projected + (nint)(token - LaneFirst) * Projections[layer * Sites + site].Width;

    /// <summary>
    /// y (tokens, columns) += U z + the subtracted product, for some tokens of the run and some columns of a target. The
    /// sums run in one order whatever the number of tokens.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="target">Which target.</param>
    /// <param name="site">Its site.</param>
    /// <param name="token">First of the tokens.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="column">First column of the target.</param>
    /// <param name="columns">How many.</param>
    /// <param name="y">Where the first column of the first token is.</param>
    /// <param name="yStride">From one token to the next.</param>
    public readonly void Add(int layer, int target, int site, int token, int tokens, int column, int columns, float* y, nint yStride)
    {
        ref readonly var heads = ref HeadsOf(layer, target);
        if (heads.Folded == null)
        {
            return;
        }

        var width = Projections[layer * Sites + site].Width;
        var z = RowOf(layer, site, token);
        Add(z + heads.Column, width, tokens, heads.Folded + column, heads.Rank, heads.Out, columns, y, yStride);
        if (heads.Subtracted != null)
        {
            Add(z + heads.SubtractedColumn, width, tokens, heads.Subtracted + column, heads.SubtractedRank, heads.Out, columns, y, yStride);
        }
    }

    private static void Add(float* z, int width, int tokens, float* heads, int rank, int @out, int columns, float* y, nint yStride)
    {
        if (tokens == 1)
        {
            RowProduct.Add(y, z, heads, rank, @out, columns);
            return;
        }

        Panels.Multiply(heads, Panels.Width, @out, rank, z, width, tokens, y, yStride, columns, Start.Sum, null);
    }
}
