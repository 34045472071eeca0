using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// A task version as it is served: per layer and target one matrix s U (rank, out), rank M r, or r where the coupling
/// collapses; where it routes its heads (N r, out) and the router. What is not folded, the pool's A, is shared with every
/// other task of that pool version.
/// </summary>
internal sealed class FoldedAdapter : IDisposable
{
    private static long _numbers;

    private readonly FlatMatrices _folded;
    private readonly int _layers;
    private TaskHeadsTable? _headsTable;

    /// <summary>Takes <paramref name="heads"/> over and brings them to the model's device.</summary>
    public FoldedAdapter(CausalLanguageModel model, PoolOnDevice pool, FoldedHeads heads, bool subtracts)
    {
        Pool = pool;
        Summed = heads.Summed;
        Subtracts = subtracts;
        Rank = heads.Rank;
        Routed = heads.Routed;
        _layers = model.Config.Layers;
        using var noGrad = no_grad();
        var placed = heads.Matrices.Flat.to(model.DType, model.Device);
        _folded = new FlatMatrices(heads.Matrices.Layout, placed.DetachFromDisposeScope());
        if (!ReferenceEquals(placed, heads.Matrices.Flat))
        {
            heads.Dispose();
        }
    }

    /// <summary>The pool version that the task version is pinned to.</summary>
    public PoolOnDevice Pool { get; }

    /// <summary>It multiplies the sum of the pool's A's, not their stack.</summary>
    public bool Summed { get; }

    /// <summary>The pool's initial product is subtracted.</summary>
    public bool Subtracts { get; }

    /// <summary>Rows of each folded matrix.</summary>
    public int Rank { get; }

    /// <summary>Heads that its router weighs for each token; 0 where it has none.</summary>
    public int Routed { get; }

    /// <summary>Tells it from every other adapter of the process.</summary>
    public long Number { get; } = Interlocked.Increment(ref _numbers);

    /// <summary>Where the CPU's kernels find it.</summary>
    public TaskHeadsTable HeadsTable => _headsTable ??= new TaskHeadsTable(this, _folded, _layers);

    /// <summary>What one served version holds on the device.</summary>
    public long Bytes => _folded.Bytes;

    public IEnumerable<MatrixSlot> Slots => _folded.Layout.Slots;

    /// <summary>Folds <paramref name="heads"/>; they are not kept.</summary>
    public static FoldedAdapter Fold(CausalLanguageModel model, PoolOnDevice pool, TaskSpec task, FlatMatrices heads, bool subtracts)
    {
        using var host = heads.OnHost();
        using var shared = pool.OnHost();
        return new FoldedAdapter(model, pool, FoldedHeads.Fold(model.Config, pool.Spec, task, host, shared), subtracts);
    }

    /// <summary>A copy in host memory, from which it can be made again.</summary>
    public FoldedHeads ToHost()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return new FoldedHeads(new FlatMatrices(_folded.Layout, _folded.Flat.to(float32, CPU, copy: true).DetachFromDisposeScope()), Summed, Rank, Routed);
    }

    /// <summary>A view (rank, out), or null where the pool does not adapt the target; the caller disposes it.</summary>
    public Tensor? Of(int layer, Target target) =>
        _folded.Layout.Find(layer, target, MatrixKind.B) is { } slot ? _folded.View(slot).squeeze(0) : null;

    /// <summary>The router (in, N in whole panels), a view; the caller disposes it.</summary>
    public Tensor RouterOf(int layer, Target target) => _folded.View(_folded.Layout.Find(layer, target, MatrixKind.Router)!);

    public void Dispose()
    {
        _headsTable?.Dispose();
        _folded.Dispose();
    }
}
