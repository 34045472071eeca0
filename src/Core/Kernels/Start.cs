namespace CoLA.Core.Kernels;

/// <summary>The value that a product's sums begin with.</summary>
internal enum Start
{
    Zero,
    Bias,

    /// <summary>The value that the output holds already: the product is added to it.</summary>
    Sum,
}
