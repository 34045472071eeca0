namespace CoLA.Core.Adapters.Matrices;

/// <summary>The initial values of a pool's A matrices and of the heads on its version 1.</summary>
public enum Initialisation
{
    /// <summary>A is Kaiming-uniform, heads are zero (LoRA, arXiv 2106.09685).</summary>
    Gaussian,

    /// <summary>Every A comes from the same r principal components of the base weight (extended PiSSA, arXiv 2404.02948 and 2505.15471).</summary>
    Pissa,

    /// <summary>A_i comes from the i-th slice of r principal components, so that the pool can reach rank M r.</summary>
    PissaSlices,
}
