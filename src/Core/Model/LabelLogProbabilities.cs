using System.Diagnostics.CodeAnalysis;
using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Model;

/// <summary>
/// Log-probabilities of labels from hidden states with the CPU kernels, as one node of the autograd graph. The logits are in
/// memory once: the backward pass overwrites them with their gradient.
/// </summary>
[SuppressMessage("Naming", "CA1707", Justification = "The names are libtorch's.")]
internal sealed class LabelLogProbabilities : autograd.SingleTensorFunction<LabelLogProbabilities>
{
    public override string Name => nameof(LabelLogProbabilities);

    /// <summary>The log-probabilities (labels), float32, without a node in the autograd graph.</summary>
    /// <param name="normed">(labels, hidden), after the final norm.</param>
    /// <param name="labels">(labels), int64.</param>
    /// <param name="lmHead">The LM head (output layer), (hidden, vocabulary).</param>
    /// <param name="team">The threads that compute.</param>
    public static Tensor Of(Tensor normed, Tensor labels, PanelMatrix lmHead, KernelTeam team)
    {
        using var logits = lmHead.Product(normed, null);
        using var normalisers = empty_like(labels, float32);
        return Of(logits, labels, normalisers, team);
    }

    public override unsafe Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (normed, labels, lmHead, team) = ((Tensor)vars[0], (Tensor)vars[1], (PanelMatrix)vars[2], (KernelTeam)vars[3]);
        var logits = lmHead.Product(normed, null).DetachFromDisposeScope();
        var normalisers = empty_like(labels, float32).DetachFromDisposeScope();
        ctx.save_data(nameof(Saved), new Saved(logits, normalisers, labels.alias().DetachFromDisposeScope(), lmHead, team));
        return Of(logits, labels, normalisers, team);
    }

    public override unsafe List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var saved = (Saved)ctx.get_data(nameof(Saved));
        using var gradients = grad_output.contiguous();
        var job = new LabelGradientJob
        {
            Logits = saved.Logits.Floats(),
            Width = (int)saved.Logits.shape[1],
            Labels = saved.Labels.Longs(),
            Normalisers = saved.Normalisers.Floats(),
            Gradients = gradients.Floats(),
        };
        saved.Team.Run(ref job, (int)saved.Logits.shape[0]);
        return [saved.LmHead.ProductTransposed(saved.Logits), null!, null!, null!];
    }

    private static unsafe Tensor Of(Tensor logits, Tensor labels, Tensor normalisers, KernelTeam team)
    {
        var values = empty_like(normalisers);
        var job = new LabelJob
        {
            Logits = logits.Floats(),
            Width = (int)logits.shape[1],
            Labels = labels.Longs(),
            Normalisers = normalisers.Floats(),
            LogProbabilities = values.Floats(),
        };
        team.Run(ref job, (int)logits.shape[0]);
        return values;
    }

    private sealed record Saved(Tensor Logits, Tensor Normalisers, Tensor Labels, PanelMatrix LmHead, KernelTeam Team) : IDisposable
    {
        public void Dispose()
        {
            Logits.Dispose();
            Normalisers.Dispose();
            Labels.Dispose();
        }
    }
}
