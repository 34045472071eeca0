using System.Runtime.InteropServices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>
/// A task version's folded heads in host memory: per target s U (rank, out), rank M r, or r where the coupling collapses.
/// </summary>
/// <param name="Matrices">One matrix per target, float32, on the CPU.</param>
/// <param name="Summed">It multiplies the sum of the pool's A's, not their stack.</param>
/// <param name="Rank">Rows of each matrix.</param>
internal sealed record FoldedHeads(FlatMatrices Matrices, bool Summed, int Rank) : IDisposable
{
    /// <summary>Folds <paramref name="heads"/> (on the CPU), which are not kept.</summary>
    public static FoldedHeads Fold(ModelConfig config, PoolSpec pool, TaskSpec task, FlatMatrices heads)
    {
        var coupling = Coupling.Of(task.Strategy, pool.M, task.N);
        var layout = MatrixLayout.OfFolded(config, pool, coupling);
        var folded = new FlatMatrices(layout, empty(layout.Length, float32, CPU).DetachFromDisposeScope());
        foreach (var slot in layout.Slots)
        {
            var matrices = new TargetFloats
            {
                Heads = Floats(heads, heads.Layout.Find(slot.Layer, slot.Target, MatrixKind.B)),
                Trained = coupling.Trained is { } kind ? Floats(heads, heads.Layout.Find(slot.Layer, slot.Target, kind)) : [],
            };
            coupling.FoldServed(matrices, (float)pool.Scale, Floats(folded, slot));
        }

        return new FoldedHeads(folded, coupling.Collapses, coupling.FoldedRank(pool.Rank));
    }

    /// <summary>Bytes of a folded version of <paramref name="task"/> in float32.</summary>
    public static long BytesOf(ModelConfig config, PoolSpec pool, TaskSpec task) =>
        (long)config.Layers * Coupling.Of(task.Strategy, pool.M, task.N).FoldedRank(pool.Rank) * pool.Targets.Sum(target => (long)config.Out(target)) * sizeof(float);

    public void Dispose() => Matrices.Dispose();

    private static Span<float> Floats(FlatMatrices matrices, MatrixSlot? slot)
    {
        using var own = matrices.Flat.narrow(0, slot!.Offset, slot.Length);
        return MemoryMarshal.Cast<byte, float>(own.bytes);
    }
}
