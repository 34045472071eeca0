using System.Numerics.Tensors;
using CoLA.Core.Kernels;
using static TorchSharp.torch;
using Tensor = TorchSharp.torch.Tensor;

namespace CoLA.Core.Training;

/// <summary>
/// One site for a batch of several tasks' rows, forward and backward, by the CPU's kernels: y = x W + z U - z0 U0, where
/// z = x A^T for all rows at once, and U is a task's heads folded by its coupling, s included. What a task gets is summed
/// over its own rows alone, in their order, whoever else is in the batch.
/// </summary>
internal sealed unsafe class SiteAdapters : IDisposable
{
    private readonly SiteSpec _site;
    private readonly SiteScratch _scratch;
    private readonly KernelTeam _team;
    private readonly int _rank; // rows of a U
    private readonly int _width; // columns of z for a target: whole panels
    private readonly int _initialWidth;
    private readonly int _columns; // of z: every target's, then every target's z0
    private readonly long[] _folded; // where each part's U begins, and its U0 behind it
    private readonly long _foldedLength;
    private Tensor? _input; // (tokens, in)
    private Tensor? _projected; // (tokens, columns)

    public SiteAdapters(SiteSpec site, SiteScratch scratch, KernelTeam team)
    {
        _site = site;
        _scratch = scratch;
        _team = team;
        _rank = site.Collapsed ? site.Rank : site.M * site.Rank;
        _width = Padded(_rank);
        _initialWidth = Padded(site.InitialRank);
        _columns = site.Targets.Count * (_width + _initialWidth);
        _folded = new long[site.Parts.Count];
        for (var part = 0; part < _folded.Length; part++)
        {
            _folded[part] = _foldedLength;
            _foldedLength += (long)(_width + _initialWidth) * Width(part);
        }
    }

    private int In => _site.Matrix.In;

    private int Out => _site.Matrix.Out;

    private IEnumerable<int> Parts => Enumerable.Range(0, _site.Parts.Count);

    private IEnumerable<int> Subtracting => Parts.Where(part => _site.Parts[part].Subtracts);

    /// <summary>(tokens, in) to (tokens, out of all targets).</summary>
    /// <param name="input">The site's input.</param>
    /// <param name="keep">Keep what <see cref="Backward"/> needs.</param>
    public Tensor Forward(Tensor input, bool keep)
    {
        var rows = input.detach().contiguous().DetachFromDisposeScope();
        var tokens = (int)rows.shape[0];
        var output = empty(tokens, Out, float32, CPU);
        var projected = empty(tokens, _columns, float32, CPU).DetachFromDisposeScope();
        float* x = rows.Floats(), y = output.Floats(), z = projected.Floats();
        var panels = _scratch.Panels.Of((long)_columns * In);
        Pack(GatherA(), _columns, In, panels);
        var product = _site.Matrix.Product(x, tokens, _site.Bias is null ? null : _site.Bias.Floats(), y);
        _team.Run(ref product, product.Chunks);
        _team.Run([StridedProduct.OfPanels(panels, In, _columns).Of(x, In, tokens, z, _columns, Start.Zero)]);

        var folded = Fold();
        _team.Run([.. Parts.Select(part => OfFolded(folded + _folded[part], _rank, part).Of(
            z + ColumnOf(part), _columns, _site.Parts[part].Count, y + PlaceOf(part), Out, Start.Sum))]);
        _team.Run([.. Subtracting.Select(part => OfFolded(folded + InitialFolded(part), _site.InitialRank, part).Of(
            z + InitialColumnOf(part), _columns, _site.Parts[part].Count, y + PlaceOf(part), Out, Start.Sum))]);
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
        var dz = ProjectedGradient(dy, tokens);
        var zt = _scratch.Transposed.Of((long)_columns * tokens);
        var dzt = _scratch.TransposedGradient.Of((long)_columns * tokens);
        Transpose(_projected!.Floats(), tokens, zt);
        Transpose(dz, tokens, dzt);
        AddHeads(dy, zt, tokens);
        AddA(dzt, tokens);
        Dispose();

        var input = empty(tokens, In, float32, CPU);
        var product = _site.Matrix.ProductTransposed(dy, tokens, input.Floats());
        _team.Run(ref product, product.Chunks);
        _team.Run([StridedProduct.OfRowMajor(GatherA(), In, _columns, In).Of(dz, _columns, tokens, input.Floats(), In, Start.Sum)]);
        return input;
    }

    /// <summary>Frees what was kept for the backward.</summary>
    public void Dispose()
    {
        _input?.Dispose();
        _projected?.Dispose();
        (_input, _projected) = (null, null);
    }

    private static int Padded(int columns) => (columns + Panels.Width - 1) / Panels.Width * Panels.Width;

    private int Width(int part) => _site.Targets[_site.Parts[part].Target].Width;

    /// <summary>Where a part's rows and columns of z begin.</summary>
    private long ColumnOf(int part) => (long)_site.Parts[part].First * _columns + _site.Parts[part].Target * _width;

    private long InitialColumnOf(int part) =>
        (long)_site.Parts[part].First * _columns + _site.Targets.Count * _width + _site.Parts[part].Target * _initialWidth;

    /// <summary>Where a part's rows and columns of y begin.</summary>
    private long PlaceOf(int part) => (long)_site.Parts[part].First * Out + _site.Targets[_site.Parts[part].Target].Column;

    private long InitialFolded(int part) => _folded[part] + (long)_width * Width(part);

    private StridedProduct OfFolded(float* folded, int rank, int part) => StridedProduct.OfRowMajor(folded, Width(part), rank, Width(part));

    /// <summary>The A's of every target, or their sum where the couplings collapse, then those of the initial product: (columns, in), zeros between.</summary>
    private float* GatherA()
    {
        var gathered = _scratch.A.Of((long)_columns * In);
        new Span<float>(gathered, _columns * In).Clear();
        int size = _rank * In, initialSize = _site.InitialRank * In;
        for (var target = 0; target < _site.Targets.Count; target++)
        {
            var to = new Span<float>(gathered + (long)target * _width * In, size);
            var from = (float*)_site.A + (long)target * _site.M * _site.Rank * In;
            new ReadOnlySpan<float>(from, size).CopyTo(to);
            for (var i = 1; _site.Collapsed && i < _site.M; i++)
            {
                TensorPrimitives.Add(to, new ReadOnlySpan<float>(from + (long)i * size, size), to);
            }

            new ReadOnlySpan<float>((float*)_site.InitialA + (long)target * initialSize, initialSize)
                .CopyTo(new Span<float>(gathered + (long)(_site.Targets.Count * _width + target * _initialWidth) * In, initialSize));
        }

        return gathered;
    }

    /// <summary>Every part's U, and -s times the initial heads behind it.</summary>
    private float* Fold()
    {
        var start = _scratch.Folded.Of(_foldedLength);
        _team.For(_site.Parts.Count, at =>
        {
            var part = _site.Parts[at];
            var size = _site.Rank * Width(at); // of one head, and of one A's block of U
            var folded = new Span<float>(start + _folded[at], _width * Width(at));
            folded.Clear();
            for (var i = 0; i < (_site.Collapsed ? 1 : _site.M); i++)
            {
                var block = folded.Slice(i * size, size);
                for (var j = 0; j < part.N; j++)
                {
                    if (part.Blocks[j, i] != 0)
                    {
                        var head = new ReadOnlySpan<float>((float*)part.Heads + (long)j * size, size);
                        TensorPrimitives.MultiplyAdd(head, part.Blocks[j, i] * _site.Scale, block, block);
                    }
                }
            }

            if (part.Subtracts)
            {
                var initial = new Span<float>(start + InitialFolded(at), _initialWidth * Width(at));
                initial.Clear();
                var heads = new ReadOnlySpan<float>((float*)part.InitialHeads, _site.InitialRank * Width(at));
                TensorPrimitives.Multiply(heads, -_site.Scale, initial);
            }
        });
        return start;
    }

    /// <summary>dz = dy U^T, and dz0 = -s dy U0^T where it is subtracted, zeros elsewhere: (tokens, columns).</summary>
    private float* ProjectedGradient(float* dy, int tokens)
    {
        var folded = Fold();
        var panels = _scratch.FoldedPanels.Of(_foldedLength);
        _team.For(_site.Parts.Count, part =>
        {
            PackPanels(folded + _folded[part], _width, Width(part), panels + _folded[part]);
            PackPanels(folded + InitialFolded(part), _site.Parts[part].Subtracts ? _initialWidth : 0, Width(part), panels + InitialFolded(part));
        });
        var dz = _scratch.Projected.Of((long)tokens * _columns);
        if (_initialWidth > 0)
        {
            new Span<float>(dz, tokens * _columns).Clear();
        }

        _team.Run([.. Parts.Select(part => StridedProduct.OfPanels(panels + _folded[part], Width(part), _width).Of(
            dy + PlaceOf(part), Out, _site.Parts[part].Count, dz + ColumnOf(part), _columns, Start.Zero))]);
        _team.Run([.. Subtracting.Select(part => StridedProduct.OfPanels(panels + InitialFolded(part), Width(part), _initialWidth).Of(
            dy + PlaceOf(part), Out, _site.Parts[part].Count, dz + InitialColumnOf(part), _columns, Start.Zero))]);
        return dz;
    }

    /// <summary>dU = z^T dy of every part, and from it what falls to each of its heads.</summary>
    private void AddHeads(float* dy, float* zt, int tokens)
    {
        var gradients = _scratch.Gradients.Of(_foldedLength);
        _team.Run([.. Parts.Select(part => StridedProduct.OfRowMajor(dy + PlaceOf(part), Out, _site.Parts[part].Count, Width(part)).Of(
            zt + (long)_site.Parts[part].Target * _width * tokens + _site.Parts[part].First, tokens, _rank, gradients + _folded[part], Width(part), Start.Zero))]);
        _team.For(_site.Parts.Count, at =>
        {
            var part = _site.Parts[at];
            var size = _site.Rank * Width(at);
            for (var j = 0; j < part.N; j++)
            {
                var head = new Span<float>((float*)part.Gradients + (long)j * size, size);
                for (var i = 0; i < (_site.Collapsed ? 1 : _site.M); i++)
                {
                    if (part.Blocks[j, i] != 0)
                    {
                        var block = new ReadOnlySpan<float>(gradients + _folded[at] + (long)i * size, size);
                        TensorPrimitives.MultiplyAdd(block, part.Blocks[j, i] * _site.Scale, head, head);
                    }
                }
            }
        });
    }

    /// <summary>dA += dz^T x, for all rows at once; where the couplings collapse, the same to each of the A's.</summary>
    private void AddA(float* dzt, int tokens)
    {
        if (_site.AGradient == 0)
        {
            return;
        }

        var x = StridedProduct.OfRowMajor(_input!.Floats(), In, tokens, In);
        var size = (long)_rank * In;
        var sums = _site.Collapsed ? _scratch.Gradients.Of(_site.Targets.Count * size) : (float*)_site.AGradient;
        var start = _site.Collapsed ? Start.Zero : Start.Sum;
        _team.Run([.. Enumerable.Range(0, _site.Targets.Count).Select(target => x.Of(
            dzt + (long)target * _width * tokens, tokens, _rank, sums + target * size, In, start))]);
        if (_site.Collapsed)
        {
            _team.For(_site.Targets.Count * _site.M, at =>
            {
                var gradient = new Span<float>((float*)_site.AGradient + at * size, (int)size);
                TensorPrimitives.Add(gradient, new ReadOnlySpan<float>(sums + at / _site.M * size, (int)size), gradient);
            });
        }
    }

    /// <summary>Rows (rows, depth), whole panels of them, as panels (depth, 16).</summary>
    private void Pack(float* from, int rows, int depth, float* to) => _team.For(rows / Panels.Width, panel =>
    {
        var first = (long)panel * Panels.Width * depth;
        PackPanels(from + first, Panels.Width, depth, to + first);
    });

    private static void PackPanels(float* from, int rows, int depth, float* to)
    {
        for (var row = 0; row < rows; row += Panels.Width)
        {
            Transposition.Run(from + (long)row * depth, depth, Panels.Width, depth, to + (long)row * depth, Panels.Width);
        }
    }

    /// <summary>z or dz (tokens, columns) to (columns, tokens).</summary>
    private void Transpose(float* from, int tokens, float* to) => _team.For(_columns / Panels.Width, at =>
        Transposition.Run(from + at * Panels.Width, _columns, tokens, Panels.Width, to + (long)at * Panels.Width * tokens, tokens));
}
