using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using CoLA.Core.Model;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// Matrices that a session trains: one flat buffer of weights, one of gradients, and leaves of the autograd graph that are
/// views of both. So the backward pass adds to the flat gradient, and the optimizer updates everything in a few calls.
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

    /// <summary>The weights.</summary>
    public FlatMatrices Weights { get; }

    /// <summary>A number that is new after every change of the weights and unique among all matrices of the process.</summary>
    public long Edition { get; private set; } = Interlocked.Increment(ref _editions);

    /// <summary>The gradient of the current pass, (Layout.Length), float32; null where the matrices are frozen.</summary>
    public Tensor? Gradient { get; }

    /// <summary>The sum of the gradients of all passes since the last optimizer step; null where there was none.</summary>
    public Tensor? Accumulated { get; private set; }

    /// <summary>The number of rows whose gradients are accumulated.</summary>
    public int AccumulatedRows { get; private set; }

    /// <summary>Bytes of the weights, the gradient and the accumulated gradient.</summary>
    public long Bytes => sizeof(float) * Weights.Layout.Length * (1 + (Gradient is null ? 0 : 1) + (Accumulated is null ? 0 : 1));

    /// <summary>The matrices of a task, with one leaf per target and kind. Takes ownership of <paramref name="heads"/>.</summary>
    public static TrainableMatrices OfHeads(FlatMatrices heads)
    {
        var matrices = new TrainableMatrices(heads, trained: true);
        matrices.AddTargets(heads.Layout.Slots);
        return matrices;
    }

    /// <summary>
    /// The matrices of a pool, with one leaf (targets x M r, in) per site for the A matrices and one per target for the shared
    /// heads. Takes ownership of <paramref name="a"/>.
    /// </summary>
    public static TrainableMatrices OfPool(FlatMatrices a, ModelConfig config, bool trained)
    {
        var matrices = new TrainableMatrices(a, trained);
        foreach (var slot in a.Layout.ProjectionSlots)
        {
            var width = config.In(slot.Targets[0]);
            matrices._sites.Add((slot.Layer, slot.Site), matrices.LeafOf(slot.Offset, slot.Length, [slot.Length / width, width]));
        }

        matrices.AddTargets(a.Layout.Slots.Where(slot => slot.Kind != MatrixKind.A));
        return matrices;
    }

    /// <summary>The leaf of one target's matrices of one kind; null where there is none.</summary>
    public Tensor? Leaf(int layer, Target target, MatrixKind kind) => _targets.GetValueOrDefault((layer, target, kind));

    /// <summary>The leaf of the stacked A matrices of a site; null where there is none.</summary>
    public Tensor? Leaf(int layer, Site site) => _sites.GetValueOrDefault((layer, site));

    /// <summary>A pointer to <paramref name="length"/> weights from <paramref name="offset"/> on, for matrices on the CPU.</summary>
    public unsafe float* WeightsAt(long offset, long length) => Weights.At(offset, length);

    /// <summary>The same for the gradient; null where the matrices are frozen.</summary>
    public unsafe float* GradientAt(long offset, long length) => Gradient is null ? null : FlatMatrices.At(Gradient, offset, length);

    /// <summary>Notes that the weights have changed: gives <see cref="Edition"/> a new number.</summary>
    public void MarkChanged() => Edition = Interlocked.Increment(ref _editions);

    /// <summary>Sets the gradient of the current pass to zero.</summary>
    public void ClearGradient()
    {
        using var cleared = Gradient?.zero_();
    }

    /// <summary>Adds the gradient of the current pass, which has <paramref name="rows"/> rows, to the accumulated gradient.</summary>
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

    /// <summary>Sets the accumulated gradient to a copy of <paramref name="gradient"/>, the sum over <paramref name="rows"/> rows.</summary>
    public void SetAccumulated(Tensor gradient, int rows)
    {
        DropAccumulated();
        Accumulated = gradient.to(Weights.Flat.device, copy: true).DetachFromDisposeScope();
        AccumulatedRows = rows;
    }

    /// <summary>Frees the accumulated gradient.</summary>
    public void DropAccumulated()
    {
        Accumulated?.Dispose();
        (Accumulated, AccumulatedRows) = (null, 0);
    }

    /// <summary>
    /// The accumulated gradient. Where <paramref name="fresh"/> is true, it is added in place to the gradient of the current
    /// pass, and that sum is returned.
    /// </summary>
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
