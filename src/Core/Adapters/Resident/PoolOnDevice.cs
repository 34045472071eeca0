using System.Collections.Concurrent;
using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Kernels;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Resident;

/// <summary>
/// A pool version as it is served: per layer and site the transposed stack of all A matrices (in, targets x M r), or their sum
/// (in, targets x r), with the A of the subtracted product after it. One product per site serves all tasks of the version. The
/// derived tensors are computed once, by the first thread that asks for them.
/// </summary>
internal sealed class PoolOnDevice : IDisposable
{
    private static long _lastNumber;

    private readonly Lock _deriving = new();
    private readonly ConcurrentDictionary<(int Layer, Site Site, bool Summed, bool Subtracts), Tensor> _projections = [];
    private readonly ConcurrentDictionary<(int Layer, Target Target), Tensor> _subtracted = [];
    private readonly ConcurrentDictionary<(bool Summed, bool Subtracts, int Routed), PoolProjectionTable> _projectionTables = [];
    private readonly CausalLanguageModel _model;
    private readonly PoolMatrices _matrices;
    private long _derivedBytes;

    public PoolOnDevice(CausalLanguageModel model, PoolSpec spec, PoolMatrices matrices)
    {
        _model = model;
        _matrices = matrices;
        Spec = spec;
    }

    /// <summary>The pool's settings.</summary>
    public PoolSpec Spec { get; }

    /// <summary>A number that is unique among the pool versions of the process.</summary>
    public long Number { get; } = Interlocked.Increment(ref _lastNumber);

    /// <summary>The rank of the initial product; 0 where there is none.</summary>
    public int SubtractedRank => _matrices.Initial?.Rank ?? 0;

    /// <summary>Bytes of the A matrices, the initial product and the derived tensors.</summary>
    public long Bytes => _matrices.A.Bytes
        + (_matrices.Initial is { } initial ? initial.A.Bytes + initial.B.Bytes : 0)
        + Volatile.Read(ref _derivedBytes);

    /// <summary>The targets of <paramref name="site"/> that the pool adapts, in the order of the projection's columns.</summary>
    public IReadOnlyList<Target> TargetsAt(int layer, Site site) => _matrices.A.Layout.Find(layer, site)?.Targets ?? [];

    /// <summary>
    /// The projection of a site, (in, columns): M r columns for each target (r where <paramref name="summed"/>), then the columns
    /// of the subtracted product for each target, then padding. Null where no target is adapted. Computed at first use and kept.
    /// </summary>
    public Tensor? ProjectionOf(int layer, Site site, bool summed, bool subtracts)
    {
        var key = (layer, site, summed, subtracts && SubtractedRank > 0);
        return TargetsAt(layer, site).Count == 0 ? null : GetOrDerive(_projections, key, Project);
    }

    /// <summary>The projections as the CPU kernels read them; made at first use and kept.</summary>
    public PoolProjectionTable ProjectionTableOf(bool summed, bool subtracts, int routed)
    {
        var key = (summed, subtracts && SubtractedRank > 0, routed);
        if (_projectionTables.TryGetValue(key, out var existing))
        {
            return existing;
        }

        lock (_deriving)
        {
            return _projectionTables.GetOrAdd(
                key, missing => new PoolProjectionTable(this, _model.Config.Layers, missing.Summed, missing.Subtracts, missing.Routed));
        }
    }

    /// <summary>-s B of the subtracted product, (rank, out).</summary>
    public Tensor SubtractedOf(int layer, Target target) => GetOrDerive(_subtracted, (layer, target), Subtract);

    /// <summary>The pool's matrices in host memory, for folding its shared head; the caller disposes them.</summary>
    public FlatMatrices OnHost()
    {
        using var noGrad = no_grad();
        return new FlatMatrices(_matrices.A.Layout, _matrices.A.Flat.cpu().DetachFromDisposeScope());
    }

    /// <summary>Computes all derived tensors that adapters of one kind need, so that the engine's thread does not have to.</summary>
    public void Prepare(bool summed, bool subtracts)
    {
        foreach (var site in _matrices.A.Layout.ProjectionSlots)
        {
            ProjectionOf(site.Layer, site.Site, summed, subtracts);
            foreach (var target in subtracts && SubtractedRank > 0 ? site.Targets : [])
            {
                SubtractedOf(site.Layer, target);
            }
        }
    }

    public void Dispose()
    {
        foreach (var table in _projectionTables.Values)
        {
            table.Dispose();
        }

        foreach (var tensor in _projections.Values.Concat(_subtracted.Values))
        {
            tensor.Dispose();
        }

        _matrices.Initial?.Dispose();
        _matrices.Dispose();
    }

    private Tensor GetOrDerive<TKey>(ConcurrentDictionary<TKey, Tensor> kept, TKey key, Func<TKey, Tensor> make)
        where TKey : notnull
    {
        if (kept.TryGetValue(key, out var existing))
        {
            return existing;
        }

        lock (_deriving)
        {
            return kept.GetOrAdd(key, missing =>
            {
                var derived = make(missing);
                Interlocked.Add(ref _derivedBytes, derived.NumberOfElements * derived.ElementSize);
                return derived;
            });
        }
    }

    private Tensor Project((int Layer, Site Site, bool Summed, bool Subtracts) key)
    {
        var (layer, site, summed, subtracts) = key;
        var targets = TargetsAt(layer, site);
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var parts = targets
            .Select(target => _matrices.A.View(_matrices.A.Layout.Find(layer, target, MatrixKind.A)!)) // (M, r, in)
            .Select(a => summed ? a.sum(dim: 0) : a.flatten(0, 1))
            .ToList();
        if (subtracts)
        {
            var initial = _matrices.Initial!.A;
            parts.AddRange(targets.Select(target => initial.View(initial.Layout.Find(layer, target, MatrixKind.A)!).squeeze(0)));
        }

        // The CPU kernels read whole panels of columns.
        var columns = (int)parts.Sum(part => part.shape[0]);
        parts.Add(zeros(Panels.Padded(columns) - columns, parts[0].shape[1], parts[0].dtype, parts[0].device));
        return cat([.. parts]).t().contiguous().to(_model.DType).DetachFromDisposeScope();
    }

    private Tensor Subtract((int Layer, Target Target) key)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var initial = _matrices.Initial!.B;
        return initial.View(initial.Layout.Find(key.Layer, key.Target, MatrixKind.B)!).squeeze(0)
            .mul(-Spec.Scale).to(_model.DType).DetachFromDisposeScope();
    }
}
