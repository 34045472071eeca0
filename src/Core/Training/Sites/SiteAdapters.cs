using CoLA.Core.Kernels;
using CoLA.Core.Matrices;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// One site for the rows of several tasks, forward and backward, by the CPU's kernels: y = x W + z U - z0 U0. Here z = x A^T
/// for all rows of a pool at once, and U is a task's heads folded by its coupling, times s. The gradient of a task or of a
/// pool is a sum over its own rows alone, in their order, whatever else is in the batch.
/// </summary>
internal sealed unsafe class SiteAdapters : IDisposable
{
    private readonly PanelMatrix _matrix;
    private readonly Tensor? _bias;
    private readonly SiteBuffers _buffers;
    private readonly KernelTeam _team;
    private readonly PoolProducts[] _pools;
    private readonly (PoolProducts Pool, int At)[] _parts;
    private readonly (PoolProducts Pool, int At)[] _subtracting; // parts that subtract the initial product
    private readonly (PoolProducts Pool, int At)[] _panels; // sixteen columns of z each
    private Tensor? _input; // (tokens, in)
    private Tensor? _projected; // every pool's (tokens, columns), one after another

    /// <param name="matrix">The base's weights of all targets of the site (in, out).</param>
    /// <param name="bias">(out), or null.</param>
    /// <param name="pools">The pools that adapt the site, in the order of the batch.</param>
    /// <param name="buffers">Buffers that the sites of the batch share.</param>
    /// <param name="team">The threads.</param>
    public SiteAdapters(PanelMatrix matrix, Tensor? bias, IReadOnlyList<PoolOperands> pools, SiteBuffers buffers, KernelTeam team)
    {
        _matrix = matrix;
        _bias = bias;
        _buffers = buffers;
        _team = team;
        _pools = new PoolProducts[pools.Count];
        for (var at = 0; at < _pools.Length; at++)
        {
            _pools[at] = new PoolProducts(pools[at], In, Out, at == 0 ? null : _pools[at - 1]);
        }

        _parts = Each(_pools, pool => pool.Parts);
        _subtracting = [.. _parts.Where(part => part.Pool.Subtracts(part.At))];
        _panels = Each(_pools, pool => pool.Columns / Panels.Width);
    }

    private int In => _matrix.In;

    private int Out => _matrix.Out;

    private long Projected => _pools[^1].ProjectedEnd;

    private long Folded => _pools[^1].FoldedEnd;

    private long Matrices => _pools[^1].MatrixEnd;

    /// <summary>(tokens, in) to (tokens, out of all targets).</summary>
    /// <param name="input">The site's input.</param>
    /// <param name="keep">Whether to keep what <see cref="Backward"/> needs.</param>
    public Tensor Forward(Tensor input, bool keep)
    {
        var rows = input.detach().contiguous().DetachFromDisposeScope();
        var tokens = (int)rows.shape[0];
        var output = empty(tokens, Out, float32, CPU);
        var projected = empty(Projected, float32, CPU).DetachFromDisposeScope();
        float* x = rows.Floats(), y = output.Floats(), z = projected.Floats();
        var matrices = Gather();
        var panels = _buffers.Panels.Of(Matrices);
        _team.For(_panels.Length, at => _panels[at].Pool.Pack(_panels[at].At, matrices, panels));
        _team.Run([.. _pools.Select(pool => pool.Project(panels, x, z))]);
        var folded = Fold();
        Run(
            _matrix.Product(x, tokens, _bias is null ? null : _bias.Floats(), y),
            [.. _parts.Select(part => part.Pool.Add(part.At, folded, z, y)), .. _subtracting.Select(part => part.Pool.Subtract(part.At, folded, z, y))]);
        Dispose();
        (_input, _projected) = (rows, projected);
        if (!keep)
        {
            Dispose();
        }

        return output;
    }

    /// <summary>
    /// Takes the gradient (tokens, out) of the output, adds to the gradients of heads and of A, and returns the input's
    /// (tokens, in).
    /// </summary>
    public Tensor Backward(Tensor gradient)
    {
        using var rows = gradient.contiguous();
        var tokens = (int)rows.shape[0];
        var dy = rows.Floats();
        var dz = ProjectedGradient(dy);
        var zt = Transpose(_projected!.Floats(), _buffers.Transposed);
        var dzt = Transpose(dz, _buffers.TransposedGradient);
        AddHeads(dy, zt);
        AddA(dzt);
        Dispose();

        var input = empty(tokens, In, float32, CPU);
        var dx = input.Floats();
        var matrices = Gather();
        Run(_matrix.ProductTransposed(dy, tokens, dx), [.. _pools.Select(pool => pool.InputGradient(matrices, dz, dx))]);
        return input;
    }

    /// <summary>Frees what was kept for the backward.</summary>
    public void Dispose()
    {
        _input?.Dispose();
        _projected?.Dispose();
        (_input, _projected) = (null, null);
    }

    private static (PoolProducts Pool, int At)[] Each(IEnumerable<PoolProducts> pools, Func<PoolProducts, int> count) =>
        [.. pools.SelectMany(pool => Enumerable.Range(0, count(pool)), (pool, at) => (pool, at))];

    private void Run<TProduct>(TProduct product, StridedProduct[] additions)
        where TProduct : unmanaged, IProductJob
    {
        fixed (StridedProduct* first = additions)
        {
            var job = new AdaptedProduct<TProduct> { Product = product, Additions = first, Count = additions.Length };
            _team.Run(ref job, product.Chunks);
        }
    }

    private float* Gather()
    {
        var matrices = _buffers.A.Of(Matrices);
        _team.For(_pools.Length, at => _pools[at].Gather(matrices));
        return matrices;
    }

    private float* Fold()
    {
        var folded = _buffers.Folded.Of(Folded);
        _team.For(_parts.Length, at => _parts[at].Pool.Fold(_parts[at].At, folded));
        return folded;
    }

    /// <summary>dz = dy U^T, and dz0 = -s dy U0^T where the initial product is subtracted, zeros elsewhere.</summary>
    private float* ProjectedGradient(float* dy)
    {
        var folded = Fold();
        var panels = _buffers.FoldedPanels.Of(Folded);
        _team.For(_parts.Length, at => _parts[at].Pool.PackFolded(_parts[at].At, folded, panels));
        var dz = _buffers.Projected.Of(Projected);
        Array.ForEach(_pools, pool => pool.ClearGradient(dz));
        _team.Run([.. _parts.Select(part => part.Pool.AddGradient(part.At, panels, dy, dz))]);
        _team.Run([.. _subtracting.Select(part => part.Pool.SubtractGradient(part.At, panels, dy, dz))]);
        return dz;
    }

    private void AddHeads(float* dy, float* zt)
    {
        var gradients = _buffers.Gradients.Of(Folded);
        _team.Run([.. _parts.Select(part => part.Pool.HeadGradient(part.At, zt, dy, gradients))]);
        _team.For(_parts.Length, at => _parts[at].Pool.AddHeads(_parts[at].At, gradients));
    }

    private void AddA(float* dzt)
    {
        PoolProducts[] trained = [.. _pools.Where(pool => pool.TrainsA)];
        var x = _input!.Floats();
        var sums = _buffers.Panels.Of(Matrices); // the panels are free by now
        _team.Run([.. Each(trained, pool => pool.Targets).Select(target => target.Pool.AGradient(target.At, dzt, x, sums))]);
        var matrices = Each(trained, pool => pool.Collapsed ? pool.Matrices : 0);
        _team.For(matrices.Length, at => matrices[at].Pool.AddSum(matrices[at].At, sums));
    }

    private float* Transpose(float* from, NativeBuffer<float> buffer)
    {
        var to = buffer.Of(Projected);
        _team.For(_panels.Length, at => _panels[at].Pool.Transpose(_panels[at].At, from, to));
        return to;
    }
}
