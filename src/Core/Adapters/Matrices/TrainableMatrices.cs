using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// Matrices that a session trains: one flat buffer of weights, one of gradients, and leaves of the graph that are views
/// of both, so that backward adds into the flat gradient and the optimizer moves everything in a few calls.
/// </summary>
internal sealed class TrainableMatrices : IDisposable
{
    private static long _editions;

    private readonly Dictionary<(int Layer, Target Target, MatrixKind Kind), Tensor> _targets = [];
    private readonly Dictionary<(int Layer, Site Site), Tensor> _sites = [];
    private readonly List<Tensor> _views = [];

    private TrainableMatrices(FlatMatrices weights, bool trained)
    {
        Weights = weights;
        Gradient = trained ? zeros_like(weights.Flat).DetachFromDisposeScope() : null;
    }

    public FlatMatrices Weights { get; }

    /// <summary>Another number whenever the weights have changed, and never that of other matrices of this process.</summary>
    public long Edition { get; private set; } = Interlocked.Increment(ref _editions);

    /// <summary>The gradient of the pass under way: (Layout.Length), float32; null where the matrices are frozen.</summary>
    public Tensor? Gradient { get; }

    /// <summary>The sum of the passes since the last optimizer step; null where there was none.</summary>
    public Tensor? Accumulated { get; private set; }

    /// <summary>How many rows made what is accumulated.</summary>
    public int AccumulatedRows { get; private set; }

    /// <summary>Weights, gradient and what is accumulated.</summary>
    public long Bytes => sizeof(float) * Weights.Layout.Length * (1 + (Gradient is null ? 0 : 1) + (Accumulated is null ? 0 : 1));

    /// <summary>Heads: one leaf per target and kind. Takes <paramref name="heads"/> over.</summary>
    public static TrainableMatrices OfHeads(FlatMatrices heads)
    {
        var matrices = new TrainableMatrices(heads, trained: true);
        matrices.AddTargets(heads.Layout.Slots);
        return matrices;
    }

    /// <summary>
    /// A matrices: one leaf per site, (targets x M r, in); the pool's heads: one per target. Takes <paramref name="a"/> over.
    /// </summary>
    public static TrainableMatrices OfPool(FlatMatrices a, ModelConfig config, bool trained)
    {
        var matrices = new TrainableMatrices(a, trained);
        foreach (var slot in a.Layout.SiteSlots)
        {
            var width = config.In(slot.Targets[0]);
            matrices._sites.Add((slot.Layer, slot.Site), matrices.LeafOf(slot.Offset, slot.Length, [slot.Length / width, width]));
        }

        matrices.AddTargets(a.Layout.Slots.Where(slot => slot.Kind != MatrixKind.A));
        return matrices;
    }

    public Tensor? Leaf(int layer, Target target, MatrixKind kind) => _targets.GetValueOrDefault((layer, target, kind));

    public Tensor? Leaf(int layer, Site site) => _sites.GetValueOrDefault((layer, site));

    /// <summary>The address of <paramref name="length"/> weights from <paramref name="offset"/> on, in the CPU's memory.</summary>
    public unsafe float* WeightsAt(long offset, long length) => Weights.At(offset, length);

    /// <summary>The same of the gradient; null where the matrices are frozen.</summary>
    public unsafe float* GradientAt(long offset, long length) => Gradient is null ? null : FlatMatrices.At(Gradient, offset, length);

    /// <summary>The weights have changed.</summary>
    public void MarkChanged() => Edition = Interlocked.Increment(ref _editions);

    public void ClearGradient()
    {
        using var cleared = Gradient?.zero_();
    }

    /// <summary>Adds the pass's gradient, of so many rows, to those before it.</summary>
    public void Accumulate(int rows)
    {
        using var noGrad = no_grad();
        if (Accumulated is null)
        {
            SetAccumulated(Gradient!, rows);
        }
        else
        {
            Accumulated.add_(Gradient!);
            AccumulatedRows += rows;
        }
    }

    /// <summary>Sets what is accumulated to a copy of <paramref name="gradient"/>, which so many rows have made.</summary>
    public void SetAccumulated(Tensor gradient, int rows)
    {
        DropAccumulated();
        Accumulated = gradient.to(Weights.Flat.device, copy: true).DetachFromDisposeScope();
        AccumulatedRows = rows;
    }

    public void DropAccumulated()
    {
        Accumulated?.Dispose();
        (Accumulated, AccumulatedRows) = (null, 0);
    }

    /// <summary>What is accumulated and, where <paramref name="fresh"/>, the pass's gradient on top, in the pass's buffer.</summary>
    public Tensor Total(bool fresh)
    {
        if (!fresh)
        {
            return Accumulated!;
        }

        if (Accumulated is not null)
        {
            using var noGrad = no_grad();
            Gradient!.add_(Accumulated);
        }

        return Gradient!;
    }

    public void Dispose()
    {
        foreach (var view in _views)
        {
            view.Dispose();
        }

        Gradient?.Dispose();
        DropAccumulated();
        Weights.Dispose();
    }

    private void AddTargets(IEnumerable<MatrixSlot> slots)
    {
        foreach (var slot in slots)
        {
            _targets.Add((slot.Layer, slot.Target, slot.Kind), LeafOf(slot.Offset, slot.Length, slot.Shape));
        }
    }

    private Tensor LeafOf(long offset, long length, long[] shape)
    {
        using var scope = NewDisposeScope();
        var leaf = Weights.Flat.detach().narrow(0, offset, length).view(shape).detach().DetachFromDisposeScope();
        _views.Add(leaf);
        if (Gradient is not null)
        {
            leaf.requires_grad_(true);
            leaf.grad = Gradient.narrow(0, offset, length).view(shape);
        }

        return leaf;
    }
}
