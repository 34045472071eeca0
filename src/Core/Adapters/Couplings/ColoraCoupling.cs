using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// CoLoRA (arXiv 2602.07218): s B sum_i C_i A_i, where B is the pool's shared head and C_i (r x r) are cores that the task
/// trains. With N > 1 the task adds N - 1 heads of its own, which multiply every A as in FULL.
/// </summary>
internal sealed class ColoraCoupling(int m, int n) : Coupling(Filled(n, m, 1))
{
    public override MatrixKind? Trained => MatrixKind.Core;

    public override bool UsesSharedHead => true;

    public override int OwnHeads => N - 1;

    public override long[] TrainedShape(int rank, int @in) => [M, rank, rank];

    public override Tensor FoldServed(TargetTensors matrices)
    {
        var blocks = matrices.Trained!.to(matrices.Shared!.dtype).transpose(1, 2).matmul(matrices.Shared); // (M, r, out)
        return (matrices.Heads is { } heads ? blocks + heads.sum(dim: 0) : blocks).flatten(0, 1);
    }

    public override void FoldServed(TargetFloats matrices, float scale, Span<float> folded)
    {
        var size = matrices.Shared.Length; // elements of one head, (r, out)
        var rank = (int)Math.Sqrt(matrices.Trained.Length / M);
        var width = size / rank;
        folded.Clear();
        for (var i = 0; i < M; i++)
        {
            var core = matrices.Trained.Slice(i * rank * rank, rank * rank);
            var block = folded.Slice(i * size, size);
            for (var j = 0; j < OwnHeads; j++)
            {
                TensorPrimitives.MultiplyAdd(matrices.Heads.Slice(j * size, size), scale, block, block);
            }

            for (var k = 0; k < rank * rank; k++)
            {
                var row = block.Slice(k % rank * width, width);
                TensorPrimitives.MultiplyAdd(matrices.Shared.Slice(k / rank * width, width), core[k] * scale, row, row);
            }
        }
    }
}
