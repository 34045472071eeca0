using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>
/// A task version as it is served: per layer and target one matrix s U (rank, out), rank M r, or r where the coupling
/// collapses. What is not folded, the pool's A, is shared with every other task of that pool version.
/// </summary>
internal sealed class FoldedAdapter : IDisposable
{
    private static long _numbers;

    private readonly FlatMatrices _folded;
    private readonly int _layers;
    private TargetPlaces? _places;

    private FoldedAdapter(PoolOnDevice pool, bool summed, bool subtracts, FlatMatrices folded, int rank, int layers)
    {
        Pool = pool;
        Summed = summed;
        Subtracts = subtracts;
        Rank = rank;
        _folded = folded;
        _layers = layers;
    }

    /// <summary>The pool version that the task version is pinned to.</summary>
    public PoolOnDevice Pool { get; }

    /// <summary>It multiplies the sum of the pool's A's, not their stack.</summary>
    public bool Summed { get; }

    /// <summary>The pool's initial product is subtracted.</summary>
    public bool Subtracts { get; }

    /// <summary>Rows of each folded matrix.</summary>
    public int Rank { get; }

    /// <summary>Tells it from every other adapter of the process.</summary>
    public long Number { get; } = Interlocked.Increment(ref _numbers);

    /// <summary>Where the CPU's kernels find it.</summary>
    public TargetPlaces Places => _places ??= new TargetPlaces(this, _folded, _layers);

    /// <summary>What one served version holds on the device.</summary>
    public long Bytes => _folded.Bytes;

    public IEnumerable<MatrixSlot> Slots => _folded.Layout.Slots;

    /// <summary>Folds <paramref name="heads"/>; they are not kept.</summary>
    public static FoldedAdapter Fold(CausalLanguageModel model, PoolOnDevice pool, TaskSpec task, FlatMatrices heads, bool subtracts)
    {
        using var noGrad = no_grad();
        var coupling = Coupling.Of(task.Strategy, pool.Spec.M, task.N);
        var rank = coupling.Collapses ? pool.Spec.Rank : pool.Spec.M * pool.Spec.Rank;
        var layout = MatrixLayout.OfHeads(model.Config, pool.Spec with { Rank = rank }, task with { N = 1 });
        var folded = new FlatMatrices(layout, zeros(layout.Length, model.DType, model.Device).DetachFromDisposeScope());
        foreach (var slot in heads.Layout.Slots)
        {
            using var scope = NewDisposeScope();
            folded.View(layout.Find(slot.Layer, slot.Target)!)[0].copy_(coupling.FoldServed(heads.View(slot)) * pool.Spec.Scale);
        }

        return new FoldedAdapter(pool, coupling.Collapses, subtracts, folded, rank, model.Config.Layers);
    }

    /// <summary>A view (rank, out), or null where the pool does not adapt the target; the caller disposes it.</summary>
    public Tensor? Of(int layer, Target target) =>
        _folded.Layout.Find(layer, target) is { } slot ? _folded.View(slot).squeeze(0) : null;

    public void Dispose()
    {
        _places?.Dispose();
        _folded.Dispose();
    }
}
