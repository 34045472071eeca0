using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// Heads, and what is trained of the coupling, of a task that was never trained: with what is subtracted they compute
/// exactly the base model.
/// </summary>
internal static class FreshHeads
{
    /// <param name="config">Of the base model.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="task">The task; its seed is that of every draw.</param>
    /// <param name="initial">
    /// The initial product where the task begins on pool version 1 of a PISSA or PISSA_SLICES pool; null otherwise, then
    /// the product is zero (by its heads, or by what is trained of the coupling) and nothing is subtracted.
    /// </param>
    /// <param name="onFirst">The task begins on pool version 1, where a shared head is zero and cores are the identity.</param>
    /// <param name="device">Where they are to live.</param>
    public static FlatMatrices Make(ModelConfig config, PoolSpec pool, TaskSpec task, InitialProduct? initial, bool onFirst, Device device)
    {
        var heads = FlatMatrices.Zeros(MatrixLayout.OfHeads(config, pool, task), device);
        var coupling = Coupling.Of(task.Strategy, pool.M, task.N);
        using var noGrad = no_grad();
        foreach (var slot in heads.Layout.Slots)
        {
            using var scope = NewDisposeScope();
            var own = heads.View(slot);
            if (slot.Kind == MatrixKind.Router)
            {
                SeededGenerator.FillUniform(own, task.Seed, slot);
            }
            else if (slot.Kind == MatrixKind.Diagonal && initial is not null)
            {
                own.fill_(1);
            }
            else if (slot.Kind == MatrixKind.B && initial is null && coupling.Trained == MatrixKind.Diagonal)
            {
                // The product is zero by E, whose gradient needs heads that are not (AdaLoRA's deviation).
                using var generator = SeededGenerator.Of(task.Seed, slot);
                own.copy_(randn(slot.Shape, float32, CPU, generator: generator) * 0.02);
            }
            else if (slot.Kind == MatrixKind.Core && onFirst)
            {
                own.copy_(eye(pool.Rank));
            }
            else if (slot.Kind == MatrixKind.B && initial is not null)
            {
                var bStar = initial.B.View(initial.B.Layout.Find(slot.Layer, slot.Target, MatrixKind.B)!)[0]; // (rank, out)
                own.copy_(pool.Initialisation == Initialisation.PissaSlices
                    ? Slices(coupling, bStar, slot.Shape[1])
                    : bStar.unsqueeze(0) * coupling.PissaHeadFactor);
            }
        }

        return heads;
    }

    /// <summary>The heads of A_i share slice i: each U_i sqrt(S_i / s) / n_i.</summary>
    private static Tensor Slices(Coupling coupling, Tensor bStar, long rank)
    {
        var heads = new Tensor[coupling.N];
        for (var j = 0; j < coupling.N; j++)
        {
            var i = Enumerable.Range(0, coupling.M).Single(candidate => coupling.Mean[j, candidate] != 0);
            var sharers = Enumerable.Range(0, coupling.N).Count(other => coupling.Mean[other, i] != 0);
            heads[j] = bStar.narrow(0, i * rank, rank) / sharers;
        }

        return stack(heads);
    }
}
