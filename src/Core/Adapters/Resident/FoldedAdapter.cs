using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// A task version as it is served: one matrix s U (rank, out) per layer and target. The rank is M r, or r where the coupling
/// collapses; where it routes, the matrix is the stacked heads (N r, out), and the router is kept with it. The pool's A
/// matrices are not folded: all tasks of the pool version share them.
/// </summary>
internal sealed class FoldedAdapter : IDisposable
{
    private static long _lastNumber;

    private readonly FlatMatrices _folded;
    private readonly int _layers;
    private TaskHeadsTable? _headsTable;

    /// <summary>Takes ownership of <paramref name="heads"/> and moves them to the model's device and dtype.</summary>
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

    /// <summary>Whether it multiplies the sum of the pool's A matrices instead of their stack.</summary>
    public bool Summed { get; }

    /// <summary>Whether the pool's initial product is subtracted.</summary>
    public bool Subtracts { get; }

    /// <summary>Rows of each folded matrix.</summary>
    public int Rank { get; }

    /// <summary>N, the adapter heads that its router weights for each token; 0 without a router.</summary>
    public int Routed { get; }

    /// <summary>A number that is unique among the adapters of the process.</summary>
    public long Number { get; } = Interlocked.Increment(ref _lastNumber);

    /// <summary>Its matrices as the CPU kernels read them; made at first use.</summary>
    public TaskHeadsTable HeadsTable => _headsTable ??= new TaskHeadsTable(this, _folded, _layers);

    /// <summary>Bytes on the device.</summary>
    public long Bytes => _folded.Bytes;

    /// <summary>The folded matrices, and the routers where it has them.</summary>
    public IEnumerable<MatrixSlot> Slots => _folded.Layout.Slots;

    /// <summary>Folds <paramref name="heads"/>; the result does not refer to them.</summary>
    public static FoldedAdapter Fold(CausalLanguageModel model, PoolOnDevice pool, TaskSpec task, FlatMatrices heads, bool subtracts)
    {
        using var host = heads.OnHost();
        using var shared = pool.OnHost();
        return new FoldedAdapter(model, pool, FoldedHeads.Fold(model.Config, pool.Spec, task, host, shared), subtracts);
    }

    /// <summary>A float32 copy in host memory, from which the adapter can be made again.</summary>
    public FoldedHeads ToHost()
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        return new FoldedHeads(new FlatMatrices(_folded.Layout, _folded.Flat.to(float32, CPU, copy: true).DetachFromDisposeScope()), Summed, Rank, Routed);
    }

    /// <summary>s U of one target, a view (rank, out); null where the pool does not adapt the target. The caller disposes it.</summary>
    public Tensor? Of(int layer, Target target) =>
        _folded.Layout.Find(layer, target, MatrixKind.B) is { } slot ? _folded.View(slot).squeeze(0) : null;

    /// <summary>The router of one target, a view (in, N padded to whole panels); the caller disposes it.</summary>
    public Tensor RouterOf(int layer, Target target) => _folded.View(_folded.Layout.Find(layer, target, MatrixKind.Router)!);

    public void Dispose()
    {
        _headsTable?.Dispose();
        _folded.Dispose();
    }
}
