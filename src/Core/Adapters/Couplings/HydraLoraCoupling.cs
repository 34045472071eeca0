using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// HydraLoRA (arXiv 2404.19245): one A, and for each token the heads weighted by softmax(router x) of the target's own
/// input. Because the weights are the token's, this cannot be folded: what is served are the heads, one behind the other
/// (N r, out), to go with [w_1 z, ..., w_N z], and the router.
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

    /// <summary>[w_1 z, ..., w_N z]: (tokens, N r).</summary>
    /// <param name="projected">z, (tokens, r).</param>
    /// <param name="logits">(tokens, N)</param>
    public static Tensor Route(Tensor projected, Tensor logits)
    {
        var weights = logits.to(float32).softmax(1).to(projected.dtype);
        return (weights.unsqueeze(2) * projected.unsqueeze(1)).flatten(1);
    }
}
