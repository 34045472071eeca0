using System.Diagnostics.CodeAnalysis;
using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// RMS norm of rows with the CPU kernels, as one node of the autograd graph. Forward and backward each pass over memory once;
/// libtorch's operations pass over it about twelve times.
/// </summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are libtorch's.")]
internal sealed class NormedRows : autograd.SingleTensorFunction<NormedRows>
{
    public override string Name => nameof(NormedRows);

    /// <param name="features">(rows, width)</param>
    /// <param name="weight">(width), which gets no gradient.</param>
    /// <param name="epsilon">Added to the mean of the squares.</param>
    /// <param name="team">The threads that compute.</param>
    public static Tensor Of(Tensor features, Tensor weight, double epsilon, KernelTeam team)
    {
        var norm = new Norm(weight, (float)epsilon, team);
        return features.requires_grad && is_grad_enabled() ? apply(features, norm) : norm.Run(features);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (features, norm) = ((Tensor)vars[0], (Norm)vars[1]);
        ctx.save_for_backward([features]);
        ctx.save_data(nameof(Norm), norm);
        return norm.Run(features);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var features = ctx.get_saved_variables()[0];
        return [((Norm)ctx.get_data(nameof(Norm))).Run(features, grad_output), null!];
    }

    private sealed unsafe record Norm(Tensor Weight, float Epsilon, KernelTeam Team)
    {
        /// <summary>The output, or, where <paramref name="gradient"/> is that of the output, the gradient of <paramref name="features"/>.</summary>
        public Tensor Run(Tensor features, Tensor? gradient = null)
        {
            using var rows = features.contiguous();
            using var gradients = gradient?.contiguous();
            var result = empty_like(rows);
            var job = new NormRowsJob
            {
                Features = rows.Floats(),
                Weight = Weight.Floats(),
                OutputGradient = gradients is null ? null : gradients.Floats(),
                Result = result.Floats(),
                Rows = (int)rows.shape[0],
                Width = (int)rows.shape[1],
                Epsilon = Epsilon,
            };
            Team.Run(ref job, RowChunks.Count(job.Rows));
            return result;
        }
    }
}
