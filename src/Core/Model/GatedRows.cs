using System.Diagnostics.CodeAnalysis;
using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>silu(gate) x up of rows by the CPU's kernels, as one node of the graph, which keeps nothing but what goes in.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are libtorch's.")]
internal sealed unsafe class GatedRows : autograd.SingleTensorFunction<GatedRows>
{
    public override string Name => nameof(GatedRows);

    /// <summary><paramref name="joined"/> (rows, gate and up, width each) to (rows, width).</summary>
    public static Tensor Of(Tensor joined, KernelTeam team) =>
        joined.requires_grad && is_grad_enabled() ? apply(joined, team) : Multiply(joined, team);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_for_backward([(Tensor)vars[0]]);
        ctx.save_data(nameof(KernelTeam), vars[1]);
        return Multiply((Tensor)vars[0], (KernelTeam)vars[1]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var joined = ctx.get_saved_variables()[0];
        using var rows = joined.contiguous();
        using var gradients = grad_output.contiguous();
        var result = empty_like(rows);
        var job = new GateGradientJob
        {
            Joined = rows.Floats(),
            Gradient = gradients.Floats(),
            JoinedGradient = result.Floats(),
            Rows = (int)gradients.shape[0],
            Width = (int)gradients.shape[1],
        };
        ((KernelTeam)ctx.get_data(nameof(KernelTeam))).Run(ref job, RowChunks.Count(job.Rows));
        return [result, null!];
    }

    private static Tensor Multiply(Tensor joined, KernelTeam team)
    {
        using var rows = joined.contiguous();
        var gated = empty(rows.shape[0], rows.shape[1] / 2, float32, CPU);
        var job = new GateRowsJob { Joined = rows.Floats(), Gated = gated.Floats(), Rows = (int)gated.shape[0], Width = (int)gated.shape[1] };
        team.Run(ref job, RowChunks.Count(job.Rows));
        return gated;
    }
}
