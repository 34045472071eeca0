using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>Heads of a task that was never trained: with what is subtracted they compute exactly the base model.</summary>
internal static class FreshHeads
{
    /// <param name="layout">Layout of the task's heads.</param>
    /// <param name="coupling">The task's coupling.</param>
    /// <param name="initial">
    /// The initial product where the task begins on pool version 1 of a PISSA or PISSA_SLICES pool; null otherwise, then
    /// the heads are zero and nothing is subtracted.
    /// </param>
    /// <param name="slices">The pool is PISSA_SLICES.</param>
    /// <param name="device">Where the heads are to live.</param>
    public static FlatMatrices Make(MatrixLayout layout, Coupling coupling, InitialProduct? initial, bool slices, Device device)
    {
        var heads = FlatMatrices.Zeros(layout, device);
        if (initial is null)
        {
            return heads;
        }

        using var noGrad = no_grad();
        foreach (var slot in layout.Slots.Where(slot => slot.Kind == MatrixKind.B))
        {
            using var scope = NewDisposeScope();
            var bStar = initial.B.View(initial.B.Layout.Find(slot.Layer, slot.Target, MatrixKind.B)!)[0]; // (rank, out)
            var own = heads.View(slot); // (N, r, out)
            if (slices)
            {
                own.copy_(Slices(coupling, bStar, slot.Shape[1]));
            }
            else
            {
                own.copy_(bStar.unsqueeze(0) * coupling.PissaHeadFactor);
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
