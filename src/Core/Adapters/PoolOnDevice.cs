using CoLA.Core.Kernels;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>
/// A pool version as it is served: per layer and site the transposed stack of all A's (in, targets x M r) and their sum
/// (in, targets x r), each with the subtracted product's A behind it. One product per site serves every task on it.
/// </summary>
internal sealed class PoolOnDevice : IDisposable
{
    private static long _numbers;

    private readonly Dictionary<(int Layer, Site Site, bool Summed, bool Subtracts), Tensor> _projections = [];
    private readonly Dictionary<(int Layer, Target Target), Tensor> _subtracted = [];
    private readonly Dictionary<(bool Summed, bool Subtracts), SitePlaces> _places = [];
    private readonly CausalLanguageModel _model;
    private readonly PoolMatrices _matrices;

    public PoolOnDevice(CausalLanguageModel model, PoolSpec spec, PoolMatrices matrices)
    {
        _model = model;
        _matrices = matrices;
        Spec = spec;
    }

    public PoolSpec Spec { get; }

    /// <summary>Tells it from every other pool version of the process.</summary>
    public long Number { get; } = Interlocked.Increment(ref _numbers);

    public int SubtractedRank => _matrices.Initial?.Rank ?? 0;

    /// <summary>What the A matrices and the initial product hold, without the layouts derived from them.</summary>
    public long Bytes => _matrices.A.Bytes + (_matrices.Initial is { } initial ? initial.A.Bytes + initial.B.Bytes : 0);

    /// <summary>Targets of <paramref name="site"/> that the pool adapts, in the order of the projection's columns.</summary>
    public IReadOnlyList<Target> TargetsAt(int layer, Site site) => _matrices.A.Layout.Find(layer, site)?.Targets ?? [];

    /// <summary>
    /// (in, columns): for each target of the site M r columns (or r, summed), then for each target the subtracted rank.
    /// Null where nothing is adapted. Made at first use and kept.
    /// </summary>
    public Tensor? ProjectionOf(int layer, Site site, bool summed, bool subtracts)
    {
        var key = (layer, site, summed, subtracts && SubtractedRank > 0);
        if (_projections.TryGetValue(key, out var made))
        {
            return made;
        }

        var targets = TargetsAt(layer, site);
        if (targets.Count == 0)
        {
            return null;
        }

        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var parts = targets
            .Select(target => _matrices.A.View(_matrices.A.Layout.Find(layer, target)!)) // (M, r, in)
            .Select(a => summed ? a.sum(dim: 0) : a.flatten(0, 1))
            .ToList();
        if (key.Item4)
        {
            var initial = _matrices.Initial!.A;
            parts.AddRange(targets.Select(target => initial.View(initial.Layout.Find(layer, target)!).squeeze(0)));
        }

        // Whole panels of columns, as the CPU's kernels read them
        var columns = parts.Sum(part => part.shape[0]);
        parts.Add(zeros((columns + Panels.Width - 1) / Panels.Width * Panels.Width - columns, parts[0].shape[1], parts[0].dtype, parts[0].device));
        var projection = cat([.. parts]).t().contiguous().to(_model.DType).DetachFromDisposeScope();
        _projections.Add(key, projection);
        return projection;
    }

    /// <summary>Where the CPU's kernels find the projections; made at first use and kept.</summary>
    public SitePlaces PlacesOf(bool summed, bool subtracts)
    {
        var key = (summed, subtracts && SubtractedRank > 0);
        if (!_places.TryGetValue(key, out var places))
        {
            places = new SitePlaces(this, _model.Config.Layers, summed, subtracts);
            _places.Add(key, places);
        }

        return places;
    }

    /// <summary>-s B of the subtracted product: (rank, out).</summary>
    public Tensor SubtractedOf(int layer, Target target)
    {
        if (!_subtracted.TryGetValue((layer, target), out var made))
        {
            using var noGrad = no_grad();
            using var scope = NewDisposeScope();
            var initial = _matrices.Initial!.B;
            made = initial.View(initial.Layout.Find(layer, target)!).squeeze(0)
                .mul(-Spec.Scale).to(_model.DType).DetachFromDisposeScope();
            _subtracted.Add((layer, target), made);
        }

        return made;
    }

    public void Dispose()
    {
        foreach (var places in _places.Values)
        {
            places.Dispose();
        }

        foreach (var tensor in _projections.Values.Concat(_subtracted.Values))
        {
            tensor.Dispose();
        }

        _matrices.Dispose();
    }
}
