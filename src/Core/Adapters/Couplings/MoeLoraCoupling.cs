using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// MOELoRA (arXiv 2310.18339): expert i is B_i A_i, weighted by softmax(gate), where the task trains the gate. The weights do
/// not depend on the tokens, so the experts fold into one matrix. A new task weights all experts equally.
/// </summary>
internal sealed class MoeLoraCoupling(int m) : Coupling(Diagonal(Enumerable.Repeat(1f / m, m).ToArray()))
{
    public override MatrixKind? Trained => MatrixKind.Gate;

    public override long[] TrainedShape(int rank, int @in) => [N];

    public override Tensor FoldServed(TargetTensors matrices)
    {
        var weights = matrices.Trained!.softmax(0).to(matrices.Heads!.dtype);
        return (matrices.Heads * weights.view(-1, 1, 1)).flatten(0, 1);
    }

    protected override float[,] BlocksOf(ReadOnlySpan<float> trained)
    {
        var weights = new float[N];
        Softmax.Of(trained, weights);
        return Diagonal(weights);
    }

    private static float[,] Diagonal(ReadOnlySpan<float> weights)
    {
        var blocks = new float[weights.Length, weights.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            blocks[i, i] = weights[i];
        }

        return blocks;
    }
}
