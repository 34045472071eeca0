using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// The initial heads, and the initial trained part of the coupling, of a new task. Together with the subtracted product they
/// compute exactly the base model.
/// </summary>
internal static class FreshHeads
{
    /// <summary>Makes the matrices of a new task; the caller disposes them.</summary>
    /// <param name="config">The base model's configuration.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="task">The task; its seed determines all random numbers.</param>
    /// <param name="initial">
    /// The initial product, for a task that begins on version 1 of a PISSA or PISSA_SLICES pool. Null otherwise: then the
    /// heads, or the trained part of the coupling, are zero, and nothing is subtracted.
    /// </param>
    /// <param name="onFirst">Whether the task begins on pool version 1, where the shared head is zero and cores begin as the identity.</param>
    /// <param name="device">The device of the result.</param>
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
                // E is zero, so the product is zero. The gradient of E needs heads that are not zero; 0.02 is AdaLoRA's deviation.
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

    /// <summary>The n_i heads of A_i share slice i: each is U_i sqrt(S_i / s) / n_i. Returns (N, r, out).</summary>
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
