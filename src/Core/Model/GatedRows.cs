using System.Diagnostics.CodeAnalysis;
using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>silu(gate) x up of rows with the CPU kernels, as one node of the autograd graph. It saves only its input.</summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are libtorch's.")]
internal sealed unsafe class GatedRows : autograd.SingleTensorFunction<GatedRows>
{
    public override string Name => nameof(GatedRows);

    /// <summary>silu(gate) x up, (rows, width), of <paramref name="joined"/> (rows, 2 x width): gate, then up.</summary>
    public static Tensor Of(Tensor joined, KernelTeam team) =>
        joined.requires_grad && is_grad_enabled() ? apply(joined, team) : Run(joined, team);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_for_backward([(Tensor)vars[0]]);
        ctx.save_data(nameof(KernelTeam), vars[1]);
        return Run((Tensor)vars[0], (KernelTeam)vars[1]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var joined = ctx.get_saved_variables()[0];
        return [Run(joined, (KernelTeam)ctx.get_data(nameof(KernelTeam)), grad_output), null!];
    }

    /// <summary>The output, or, where <paramref name="gradient"/> is that of the output, the gradient of <paramref name="joined"/>.</summary>
    private static Tensor Run(Tensor joined, KernelTeam team, Tensor? gradient = null)
    {
        using var rows = joined.contiguous();
        using var gradients = gradient?.contiguous();
        var width = rows.shape[1] / 2;
        var result = gradients is null ? empty(rows.shape[0], width, float32, CPU) : empty_like(rows);
        var job = new GateRowsJob
        {
            Joined = rows.Floats(),
            OutputGradient = gradients is null ? null : gradients.Floats(),
            Result = result.Floats(),
            Rows = (int)rows.shape[0],
            Width = (int)width,
        };
        team.Run(ref job, RowChunks.Count(job.Rows));
        return result;
    }
}
