using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>A contiguous tensor (in, out), on any device and in any dtype, multiplied by libtorch.</summary>
internal sealed class DenseMatrix(Tensor values) : FrozenMatrix((int)values.shape[0], (int)values.shape[1])
{
    public override long Bytes => values.NumberOfElements * values.ElementSize;

    public override Tensor Multiply(Tensor input, Tensor? bias = null) =>
        bias is null ? input.matmul(values) : addmm(bias, input, values, 1, 1);

    public override Tensor ToDense() => values.alias();

    public override Tensor Columns(Tensor ids) => values.index_select(1, ids).t().contiguous();

    public override void Dispose() => values.Dispose();
}
