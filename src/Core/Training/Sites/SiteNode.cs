using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// The base's product at a site and everything that adapters add to it, as one node of the graph. Gradients of heads and of
/// the shared A go straight into the buffers that the optimizer reads; autograd only carries the gradient of the input.
/// </summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are libtorch's.")]
internal sealed class SiteNode : autograd.SingleTensorFunction<SiteNode>
{
    public override string Name => nameof(SiteNode);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        // One function object serves all calls of the process: what belongs to a call goes into its context.
        ctx.save_data(nameof(SiteAdapters), vars[1]);
        return ((SiteAdapters)vars[1]).Forward((Tensor)vars[0], keep: true);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) =>
        [((SiteAdapters)ctx.get_data(nameof(SiteAdapters))).Backward(grad_output), null!];
}
