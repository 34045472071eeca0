using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// HydraLoRA (arXiv 2404.19245): one A, and N heads that each token weights with w = softmax(router x), where x is the input
/// of the target. The weights depend on the token, so the heads cannot be folded: they are served stacked, (N r, out), and
/// multiply [w_1 z, ..., w_N z] with z = A x. The router is served too.
/// </summary>
internal sealed class HydraLoraCoupling(int n) : Coupling(Filled(n, 1, 1f / n))
{
    public override MatrixKind? Trained => MatrixKind.Router;

    public override bool Routes => true;

    public override long[] TrainedShape(int rank, int @in) => [N, @in];

    public override int FoldedRank(int rank) => N * rank;

    public override Tensor FoldServed(TargetTensors matrices) => matrices.Heads!.flatten(0, 1);

    public override void FoldServed(TargetFloats matrices, float scale, Span<float> folded) =>
        TensorPrimitives.Multiply(matrices.Heads, scale, folded);

    /// <summary>[w_1 z, ..., w_N z], (tokens, N r), with w = softmax(logits).</summary>
    /// <param name="projected">z = A x, (tokens, r).</param>
    /// <param name="logits">The router's logits, (tokens, N).</param>
    public static Tensor Route(Tensor projected, Tensor logits)
    {
        var weights = logits.to(float32).softmax(1).to(projected.dtype);
        return (weights.unsqueeze(2) * projected.unsqueeze(1)).flatten(1);
    }
}
