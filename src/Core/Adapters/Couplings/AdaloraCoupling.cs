using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// AdaLoRA (arXiv 2303.10512): s B diag(E) A with one A. The task trains E (r), so that training can switch single
/// components off.
/// </summary>
internal sealed class AdaloraCoupling() : Coupling(Filled(1, 1, 1))
{
    public override MatrixKind? Trained => MatrixKind.Diagonal;

    public override long[] TrainedShape(int rank, int @in) => [rank];

    public override Tensor FoldServed(TargetTensors matrices) =>
        matrices.Heads!.squeeze(0) * matrices.Trained!.to(matrices.Heads.dtype).unsqueeze(1);

    public override void FoldServed(TargetFloats matrices, float scale, Span<float> folded)
    {
        var width = matrices.Heads.Length / matrices.Trained.Length;
        for (var k = 0; k < matrices.Trained.Length; k++)
        {
            TensorPrimitives.Multiply(matrices.Heads.Slice(k * width, width), matrices.Trained[k] * scale, folded.Slice(k * width, width));
        }
    }
}
