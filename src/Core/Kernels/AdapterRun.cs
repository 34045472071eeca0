namespace CoLA.Core.Kernels;

/// <summary>
/// Neighbouring tokens of a step that use one task version, with pointers to its matrices and to the input that its pool
/// has projected (A x). A lane holds the runs that share one pool version.
/// </summary>
internal unsafe struct AdapterRun
{
    private const int Targets = 7;
    private const int Sites = 4;

    /// <summary>The task's folded heads, a table (layers, 7 targets).</summary>
    public TaskHeads* Heads;

    /// <summary>The pool's projections, a table (layers, 4 sites).</summary>
    public PoolProjection* Projections;

    /// <summary>The projected input of the current site, (tokens of the lane, columns).</summary>
    public float* Projected;

    /// <summary>The lane's first token in the step; its row is the first of <see cref="Projected"/>.</summary>
    public int LaneFirst;

    /// <summary>The run's first token in the step.</summary>
    public int First;

    /// <summary>The run's tokens.</summary>
    public int Count;

    /// <summary>Whether a router weights the adapter heads for each token (HydraLoRA).</summary>
    public bool Routes;

    public readonly ref readonly TaskHeads HeadsOf(int layer, int target) => ref Heads[layer * Targets + target];

    /// <summary>The projected input of one token at the current site.</summary>
    public readonly float* RowOf(int layer, int site, int token) => Projected + (nint)(token - LaneFirst) * Projections[layer * Sites + site].Width;

    /// <summary>
    /// y (tokens, columns) += s U z + the subtracted product, for some tokens of the run and some columns of a target.
    /// The order of each sum does not depend on the number of tokens.
    /// </summary>
    /// <param name="layer">The layer.</param>
    /// <param name="target">The target.</param>
    /// <param name="site">The site of the target.</param>
    /// <param name="token">The first token.</param>
    /// <param name="tokens">The number of tokens.</param>
    /// <param name="column">The first column of the target.</param>
    /// <param name="columns">The number of columns.</param>
    /// <param name="y">The first column of the first token.</param>
    /// <param name="yStride">Elements from one token to the next.</param>
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

    private static void Add(float* z, int width, int tokens, float* folded, int rank, int @out, int columns, float* y, nint yStride)
    {
        if (tokens == 1)
        {
            RowProduct.Add(y, z, folded, rank, @out, columns);
            return;
        }

        Panels.Multiply(folded, Panels.Width, @out, rank, z, width, tokens, y, yStride, columns, Start.Sum, null);
    }
}
