using System.Runtime.InteropServices;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using CoLA.Core.Kernels;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// The folded heads of a task version in host memory: s U (rank, out) per target. The rank is M r, or r where the coupling
/// collapses, or N r where it routes.
/// </summary>
/// <param name="Matrices">One matrix per target, float32, on the CPU.</param>
/// <param name="Summed">Whether the heads multiply the sum of the pool's A matrices instead of their stack.</param>
/// <param name="Rank">Rows of each matrix.</param>
/// <param name="Routed">N, the heads that a router weights for each token; 0 without a router.</param>
internal sealed record FoldedHeads(FlatMatrices Matrices, bool Summed, int Rank, int Routed) : IDisposable
{
    /// <summary>Folds <paramref name="heads"/>; the result does not refer to them.</summary>
    /// <param name="config">The base model's configuration.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="task">The task.</param>
    /// <param name="heads">The heads on the CPU: all N, or one of each tied group.</param>
    /// <param name="shared">The pool version's matrices on the CPU, for couplings that use its shared head; null for others.</param>
    public static FoldedHeads Fold(ModelConfig config, PoolSpec pool, TaskSpec task, FlatMatrices heads, FlatMatrices? shared)
    {
        var ties = TiedHeads.Of(config, pool, task);
        var coupling = ties is not null && ties.IsTied(heads) ? ties.Coupling : Coupling.Of(task.Strategy, pool.M, task.N);
        var layout = MatrixLayout.OfFolded(config, pool, coupling);
        var folded = new FlatMatrices(layout, empty(layout.Length, float32, CPU).DetachFromDisposeScope());
        foreach (var slot in layout.Slots.Where(slot => slot.Kind == MatrixKind.B))
        {
            var matrices = new TargetFloats
            {
                Heads = Floats(heads, heads.Layout.Find(slot.Layer, slot.Target, MatrixKind.B)),
                Shared = coupling.UsesSharedHead ? Floats(shared!, shared!.Layout.Find(slot.Layer, slot.Target, MatrixKind.B)) : [],
                Trained = coupling.Trained is { } kind ? Floats(heads, heads.Layout.Find(slot.Layer, slot.Target, kind)) : [],
            };
            coupling.FoldServed(matrices, (float)pool.Scale, Floats(folded, slot));
            if (coupling.Routes)
            {
                Transpose(matrices.Trained, coupling.N, Floats(folded, layout.Find(slot.Layer, slot.Target, MatrixKind.Router)));
            }
        }

        return new FoldedHeads(folded, coupling.Collapses, coupling.FoldedRank(pool.Rank), coupling.Routes ? coupling.N : 0);
    }

    /// <summary>Bytes of a folded version of <paramref name="task"/> in float32.</summary>
    public static long BytesOf(ModelConfig config, PoolSpec pool, TaskSpec task)
    {
        var coupling = Coupling.Of(task.Strategy, pool.M, task.N);
        long rank = coupling.FoldedRank(pool.Rank), router = coupling.Routes ? Panels.Padded(coupling.N) : 0;
        return config.Layers * pool.Targets.Sum(target => rank * config.Out(target) + router * config.In(target)) * sizeof(float);
    }

    public void Dispose() => Matrices.Dispose();

    /// <summary>Transposes a router (N, in) to (in, N padded to whole panels); the padding is zero.</summary>
    private static void Transpose(ReadOnlySpan<float> router, int n, Span<float> to)
    {
        int @in = router.Length / n, width = to.Length / @in;
        to.Clear();
        for (var j = 0; j < n; j++)
        {
            for (var at = 0; at < @in; at++)
            {
                to[at * width + j] = router[j * @in + at];
            }
        }
    }

    private static Span<float> Floats(FlatMatrices matrices, MatrixSlot? slot)
    {
        if (slot is null)
        {
            return [];
        }

        using var own = matrices.Flat.narrow(0, slot.Offset, slot.Length);
        return MemoryMarshal.Cast<byte, float>(own.bytes);
    }
}
