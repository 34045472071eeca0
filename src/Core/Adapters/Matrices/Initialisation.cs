namespace CoLA.Core.Adapters.Matrices;

/// <summary>How a pool's A matrices and the first heads on it begin.</summary>
public enum Initialisation
{
    /// <summary>A Kaiming-uniform, heads zero (LoRA, arXiv 2106.09685).</summary>
    Gaussian,

    /// <summary>Every A from the same principal components of the base weight (extended PiSSA, arXiv 2404.02948 and 2505.15471).</summary>
    Pissa,

    /// <summary>A_i from the i-th slice of r principal components, so that the pool can reach rank M r.</summary>
    PissaSlices,
}
