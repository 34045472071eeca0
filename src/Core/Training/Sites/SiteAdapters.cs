using CoLA.Core.Kernels;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// One site for a batch of several tasks' rows, forward and backward, by the CPU's kernels: y = x W + z U - z0 U0, where
/// z = x A^T for all rows of a pool at once, and U is a task's heads folded by its coupling, s included. What a task or a
/// pool gets is summed over its own rows alone, in their order, whoever else is in the batch.
/// </summary>
internal sealed unsafe class SiteAdapters : IDisposable
{
    private readonly SiteSpec _site;
    private readonly SiteScratch _scratch;
    private readonly KernelTeam _team;
    private readonly PoolSiteProducts[] _pools;
    private readonly (PoolSiteProducts Pool, int At)[] _parts;
    private readonly (PoolSiteProducts Pool, int At)[] _subtracting; // parts
    private readonly (PoolSiteProducts Pool, int At)[] _panels; // sixteen columns of z each
    private Tensor? _input; // (tokens, in)
    private Tensor? _projected; // every pool's (tokens, columns), one behind the other

    public SiteAdapters(SiteSpec site, SiteScratch scratch, KernelTeam team)
    {
        _site = site;
        _scratch = scratch;
        _team = team;
        _pools = new PoolSiteProducts[site.Pools.Count];
        for (var at = 0; at < _pools.Length; at++)
        {
            _pools[at] = new PoolSiteProducts(site.Pools[at], In, Out, at == 0 ? null : _pools[at - 1]);
        }

        _parts = Each(_pools, pool => pool.Parts);
        _subtracting = [.. _parts.Where(part => part.Pool.Subtracts(part.At))];
        _panels = Each(_pools, pool => pool.Columns / Panels.Width);
    }

    private int In => _site.Matrix.In;

    private int Out => _site.Matrix.Out;

    private long Projected => _pools[^1].ProjectedEnd;

    private long Folded => _pools[^1].FoldedEnd;

    private long Matrices => _pools[^1].MatrixEnd;

    /// <summary>(tokens, in) to (tokens, out of all targets).</summary>
    /// <param name="input">The site's input.</param>
    /// <param name="keep">Keep what <see cref="Backward"/> needs.</param>
    public Tensor Forward(Tensor input, bool keep)
    {
        var rows = input.detach().contiguous().DetachFromDisposeScope();
        var tokens = (int)rows.shape[0];
        var output = empty(tokens, Out, float32, CPU);
        var projected = empty(Projected, float32, CPU).DetachFromDisposeScope();
        float* x = rows.Floats(), y = output.Floats(), z = projected.Floats();
        var matrices = Gather();
        var panels = _scratch.Panels.Of(Matrices);
        _team.For(_panels.Length, at => _panels[at].Pool.Pack(_panels[at].At, matrices, panels));
        _team.Run([.. _pools.Select(pool => pool.Project(panels, x, z))]);
        var folded = Fold();
        Run(
            _site.Matrix.Product(x, tokens, _site.Bias is null ? null : _site.Bias.Floats(), y),
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
        var zt = Transpose(_projected!.Floats(), _scratch.Transposed);
        var dzt = Transpose(dz, _scratch.TransposedGradient);
        AddHeads(dy, zt);
        AddA(dzt);
        Dispose();

        var input = empty(tokens, In, float32, CPU);
        var dx = input.Floats();
        var matrices = Gather();
        Run(_site.Matrix.ProductTransposed(dy, tokens, dx), [.. _pools.Select(pool => pool.InputGradient(matrices, dz, dx))]);
        return input;
    }

    /// <summary>Frees what was kept for the backward.</summary>
    public void Dispose()
    {
        _input?.Dispose();
        _projected?.Dispose();
        (_input, _projected) = (null, null);
    }

    private static (PoolSiteProducts Pool, int At)[] Each(IEnumerable<PoolSiteProducts> pools, Func<PoolSiteProducts, int> count) =>
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
        var matrices = _scratch.A.Of(Matrices);
        _team.For(_pools.Length, at => _pools[at].Gather(matrices));
        return matrices;
    }

    private float* Fold()
    {
        var folded = _scratch.Folded.Of(Folded);
        _team.For(_parts.Length, at => _parts[at].Pool.Fold(_parts[at].At, folded));
        return folded;
    }

    /// <summary>dz = dy U^T, and dz0 = -s dy U0^T where it is subtracted, zeros elsewhere.</summary>
    private float* ProjectedGradient(float* dy)
    {
        var folded = Fold();
        var panels = _scratch.FoldedPanels.Of(Folded);
        _team.For(_parts.Length, at => _parts[at].Pool.PackFolded(_parts[at].At, folded, panels));
        var dz = _scratch.Projected.Of(Projected);
        Array.ForEach(_pools, pool => pool.ClearGradient(dz));
        _team.Run([.. _parts.Select(part => part.Pool.AddGradient(part.At, panels, dy, dz))]);
        _team.Run([.. _subtracting.Select(part => part.Pool.SubtractGradient(part.At, panels, dy, dz))]);
        return dz;
    }

    private void AddHeads(float* dy, float* zt)
    {
        var gradients = _scratch.Gradients.Of(Folded);
        _team.Run([.. _parts.Select(part => part.Pool.HeadGradient(part.At, zt, dy, gradients))]);
        _team.For(_parts.Length, at => _parts[at].Pool.AddHeads(_parts[at].At, gradients));
    }

    private void AddA(float* dzt)
    {
        PoolSiteProducts[] trained = [.. _pools.Where(pool => pool.TrainsA)];
        var x = _input!.Floats();
        var sums = _scratch.Panels.Of(Matrices); // the panels are free by now
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
