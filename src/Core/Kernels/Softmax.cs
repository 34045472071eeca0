using System.Numerics.Tensors;

namespace CoLA.Core.Kernels;

/// <summary>Weights that sum to one, of logits of any size.</summary>
internal static class Softmax
{
    public static void Of(ReadOnlySpan<float> logits, Span<float> weights)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), weights);
        TensorPrimitives.Exp(weights, weights);
        TensorPrimitives.Divide(weights, TensorPrimitives.Sum<float>(weights), weights);
    }
}
