namespace CoLA.Core.Kernels;

/// <summary>What a product begins its sums with.</summary>
internal enum Start
{
    Zero,
    Bias,

    /// <summary>What is in the output already.</summary>
    Sum,
}
