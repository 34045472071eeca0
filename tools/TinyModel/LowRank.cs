using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoLA.TinyModel;

/// <summary>LoRA's change of a linear layer: (alpha / r) x A^T B^T, with alpha = 2r; A Kaiming-uniform, B zero (arXiv 2106.09685).</summary>
internal sealed class LowRank
{
    private const double Scale = 2;

    public LowRank(Tensor weight, int rank, Generator generator)
    {
        var bound = 1 / Math.Sqrt(weight.shape[1]);
        using var uniform = rand([rank, weight.shape[1]], generator: generator);
        A = new Parameter(uniform * (2 * bound) - bound);
        B = new Parameter(zeros(weight.shape[0], rank));
    }

    public Parameter A { get; }

    public Parameter B { get; }

    public Tensor Of(Tensor input) => input.matmul(A.t()).matmul(B.t()) * Scale;
}
