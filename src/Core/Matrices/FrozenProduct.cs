using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace CoLA.Core.Matrices;

/// <summary>
/// The product with a frozen matrix as one node of the autograd graph. It saves no tensor: the backward pass transposes the
/// matrix block by block, so training needs no second copy of the base model.
/// </summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are libtorch's.")]
internal sealed class FrozenProduct : autograd.SingleTensorFunction<FrozenProduct>
{
    public override string Name => nameof(FrozenProduct);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        // One function object serves every call of the process, so the state of a call is kept in its context.
        ctx.save_data(nameof(PanelMatrix), vars[1]);
        return ((PanelMatrix)vars[1]).Product((Tensor)vars[0], (Tensor?)vars[2]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        return [((PanelMatrix)ctx.get_data(nameof(PanelMatrix))).ProductTransposed(grad_output), null!, null!];
    }
}
