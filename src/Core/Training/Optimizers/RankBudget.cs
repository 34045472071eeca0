using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using static TorchSharp.torch;

namespace CoLA.Core.Training.Optimizers;

/// <summary>
/// Which components an ADALORA task keeps (arXiv 2303.10512). A component is a triplet: E_k, column k of B, row k of A. Running
/// averages follow the sensitivity of every triplet, and E_k = 0 switches off the least important ones. Here A belongs to the
/// pool: its gradient comes from all tasks of the batch, or from none where A is frozen. A task's choice must not depend on
/// its neighbours, so a triplet is scored by E and B alone, and only B is regularised towards orthogonality.
/// </summary>
internal sealed class RankBudget : IDisposable
{
    private readonly RankBudgetSpec _spec;
    private readonly MatrixLayout _layout;
    private readonly MatrixSlot[] _heads;
    private readonly long _diagonals; // where they begin

    public RankBudget(RankBudgetSpec spec, FlatMatrices heads)
    {
        using var noGrad = no_grad();
        _spec = spec;
        _layout = heads.Layout;
        _heads = [.. _layout.Slots.Where(slot => slot.Kind == MatrixKind.B)];
        _diagonals = _layout.LengthOf(MatrixKind.B);
        Sensitivity = zeros_like(heads.Flat, requires_grad: false).DetachFromDisposeScope();
        Uncertainty = zeros_like(heads.Flat, requires_grad: false).DetachFromDisposeScope();
        Kept = ones(_layout.LengthOf(MatrixKind.Diagonal), float32, heads.Flat.device).DetachFromDisposeScope();
    }

    /// <summary>Running average of the sensitivity |w dL/dw|, as long as the layout.</summary>
    public Tensor Sensitivity { get; }

    /// <summary>Running average of the sensitivity's distance from its running average.</summary>
    public Tensor Uncertainty { get; }

    /// <summary>1 for a component that the last choice kept, 0 for one that it switched off: (targets x r).</summary>
    public Tensor Kept { get; }

    public long Bytes => sizeof(float) * (2 * _layout.Length + _layout.LengthOf(MatrixKind.Diagonal));

    /// <summary>Adds the gradient of the penalty, mean over the targets of ||B B^T - I||_F for heads (r, out).</summary>
    public void Penalise(Tensor weights, Tensor gradient)
    {
        using var noGrad = no_grad();
        foreach (var slot in _heads)
        {
            using var scope = NewDisposeScope();
            var head = View(weights, slot);
            var distance = head.matmul(head.t()) - eye(head.shape[0], dtype: float32, device: head.device);
            var norm = distance.norm().clamp_min(1e-12);
            View(gradient, slot).add_(distance.matmul(head) / norm, 2 * _spec.Orthogonality / _heads.Length);
        }
    }

    /// <summary>Updates the running averages after optimizer step 1, 2, ..., and switches off the components above the budget.</summary>
    public void Follow(Tensor weights, Tensor gradient, long step)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var fixedFrom = _spec.TotalSteps - _spec.FinalSteps;
        if (step <= fixedFrom)
        {
            var sensitivity = (weights * gradient).abs();
            Sensitivity.lerp_(sensitivity, 1 - _spec.Beta1);
            Uncertainty.lerp_((sensitivity - Sensitivity).abs(), 1 - _spec.Beta2);
        }

        var chooses = step == fixedFrom || (step > _spec.InitialSteps && step < fixedFrom && step % _spec.Every == 0);
        if (chooses)
        {
            var (_, best) = Scores().topk(_spec.Kept(step, (int)Kept.shape[0], _heads.Length), 0);
            Kept.zero_().index_fill_(0, best, 1);
        }

        if (chooses || step > fixedFrom)
        {
            weights.narrow(0, _diagonals, Kept.shape[0]).mul_(Kept);
        }
    }

    public void Dispose()
    {
        Sensitivity.Dispose();
        Uncertainty.Dispose();
        Kept.Dispose();
    }

    private static Tensor View(Tensor flat, MatrixSlot slot) => flat.narrow(0, slot.Offset, slot.Length).view(slot.Shape[1], slot.Shape[2]);

    /// <summary>The score of every triplet: that of E plus the mean over the column of B (targets x r).</summary>
    private Tensor Scores()
    {
        var scores = Sensitivity * Uncertainty;
        return scores.narrow(0, _diagonals, Kept.shape[0]) + cat([.. _heads.Select(slot => View(scores, slot).mean([1]))]);
    }
}
