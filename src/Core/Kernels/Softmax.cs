using System.Numerics.Tensors;

namespace CoLA.Core.Kernels;

/// <summary>Softmax over plain memory.</summary>
internal static class Softmax
{
    /// <summary>weights = exp(logits - max(logits)), divided by their sum. The two spans may be the same.</summary>
    public static void Of(ReadOnlySpan<float> logits, Span<float> weights)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), weights);
        TensorPrimitives.Exp(weights, weights);
        TensorPrimitives.Divide(weights, TensorPrimitives.Sum<float>(weights), weights);
    }
}
