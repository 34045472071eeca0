using System.Diagnostics.CodeAnalysis;
using CoLA.Core.Configuration;
using CoLA.Core.Kernels;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// Query and key norms (Qwen3 only) and the rotary embedding with the CPU kernels, as one node of the autograd graph. Values
/// pass through unchanged.
/// </summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are libtorch's.")]
internal sealed class RotatedRows : autograd.SingleTensorFunction<RotatedRows>
{
    public override string Name => nameof(RotatedRows);

    /// <param name="joined">(tokens, q + k + v)</param>
    /// <param name="angles">The rotation angles of the tokens.</param>
    /// <param name="norms">Norm weights (headDim) of queries and of keys, which get no gradient; null for a model without norms.</param>
    /// <param name="config">The model's configuration.</param>
    /// <param name="team">The threads that compute.</param>
    /// <returns>(tokens, q + k + v)</returns>
    public static Tensor Of(Tensor joined, RotaryAngles angles, (Tensor? Query, Tensor? Key) norms, ModelConfig config, KernelTeam team)
    {
        var rotation = new Rotation(angles, norms.Query, norms.Key, config, team);
        return joined.requires_grad && is_grad_enabled() ? apply(joined, rotation) : rotation.Run(joined);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (joined, rotation) = ((Tensor)vars[0], (Rotation)vars[1]);
        if (rotation.HasNorms)
        {
            ctx.save_for_backward([joined]);
        }

        ctx.save_data(nameof(Rotation), rotation);
        return rotation.Run(joined);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        var rotation = (Rotation)ctx.get_data(nameof(Rotation));
        using var joined = rotation.HasNorms ? ctx.get_saved_variables()[0] : null;
        return [rotation.Run(joined, grad_output), null!];
    }

    private sealed unsafe record Rotation(RotaryAngles Angles, Tensor? QueryNorm, Tensor? KeyNorm, ModelConfig Config, KernelTeam Team)
    {
        public bool HasNorms => QueryNorm is not null || KeyNorm is not null;

        /// <summary>
        /// The output, or, where <paramref name="gradient"/> is that of the output, the gradient of <paramref name="joined"/>,
        /// which may then be null for a model without norms.
        /// </summary>
        public Tensor Run(Tensor? joined, Tensor? gradient = null)
        {
            using var rows = joined?.contiguous();
            using var gradients = gradient?.contiguous();
            var result = empty_like((gradients ?? rows)!);
            var job = new RotaryJob
            {
                Joined = rows is null ? null : rows.Floats(),
                OutputGradient = gradients is null ? null : gradients.Floats(),
                Result = result.Floats(),
                Tokens = (int)result.shape[0],
                QueryHeads = Config.Heads,
                KeyValueHeads = Config.KeyValueHeads,
                HeadDim = Config.HeadDim,
                QueryNorm = QueryNorm is null ? null : QueryNorm.Floats(),
                KeyNorm = KeyNorm is null ? null : KeyNorm.Floats(),
                Epsilon = (float)Config.RmsNormEpsilon,
                Cos = Angles.Cos.Floats(),
                Sin = Angles.Sin.Floats(),
            };
            Team.Run(ref job, RowChunks.Count(job.Tokens));
            return result;
        }
    }
}
