using System.Numerics.Tensors;
using CoLA.Core.Kernels;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// The products of one pool's stretch at a site, and where their operands lie in memory that the stretches of a batch
/// share. z = x A^T has columns for every target, then those of the initial product, each padded to whole panels; U is a
/// task's heads folded by its coupling, s included, and its initial heads U0 lie behind it.
/// </summary>
internal sealed unsafe class PoolProducts
{
    private readonly PoolOperands _site;
    private readonly int _in;
    private readonly int _out;
    private readonly int _rank; // rows of a U
    private readonly int _width; // columns of z for a target: whole panels
    private readonly int _initialWidth;
    private readonly long[] _folded; // where each part's U begins

    /// <param name="site">The stretch.</param>
    /// <param name="inputs">Columns of the site's input.</param>
    /// <param name="outputs">Columns of its output.</param>
    /// <param name="before">The stretch whose operands lie in front of this one's; null for the first.</param>
    public PoolProducts(PoolOperands site, int inputs, int outputs, PoolProducts? before)
    {
        _site = site;
        _in = inputs;
        _out = outputs;
        _rank = site.Collapsed ? site.Rank : site.M * site.Rank;
        _width = Panels.Padded(_rank);
        _initialWidth = Panels.Padded(site.InitialRank);
        Columns = site.Targets.Count * (_width + _initialWidth);
        (MatrixStart, ProjectedStart, FoldedEnd) = before is null ? default : (before.MatrixEnd, before.ProjectedEnd, before.FoldedEnd);
        _folded = new long[site.Heads.Count];
        for (var part = 0; part < _folded.Length; part++)
        {
            _folded[part] = FoldedEnd;
            FoldedEnd += (long)(_width + _initialWidth) * Width(part);
        }
    }

    /// <summary>Of z.</summary>
    public int Columns { get; }

    public int Parts => _site.Heads.Count;

    public int Targets => _site.Targets.Count;

    public bool TrainsA => _site.AGradient is not null;

    public bool Collapsed => _site.Collapsed;

    /// <summary>A's of all targets.</summary>
    public int Matrices => _site.Targets.Count * _site.M;

    /// <summary>Where matrices as large as the gathered A's (columns, in) begin.</summary>
    public long MatrixStart { get; }

    public long MatrixEnd => MatrixStart + (long)Columns * _in;

    /// <summary>Where z (tokens, columns) begins, or anything of its size.</summary>
    public long ProjectedStart { get; }

    public long ProjectedEnd => ProjectedStart + (long)_site.Tokens * Columns;

    /// <summary>Where the folded heads of all parts end.</summary>
    public long FoldedEnd { get; }

    /// <summary>The A's of every target, or their sum where the couplings collapse, then those of the initial product: (columns, in), zeros between.</summary>
    public void Gather(float* matrices)
    {
        var gathered = matrices + MatrixStart;
        new Span<float>(gathered, Columns * _in).Clear();
        int size = _rank * _in, initialSize = _site.InitialRank * _in;
        for (var target = 0; target < _site.Targets.Count; target++)
        {
            var to = new Span<float>(gathered + (long)target * _width * _in, size);
            var from = _site.A + (long)target * _site.M * _site.Rank * _in;
            new ReadOnlySpan<float>(from, size).CopyTo(to);
            for (var i = 1; _site.Collapsed && i < _site.M; i++)
            {
                TensorPrimitives.Add(to, new ReadOnlySpan<float>(from + (long)i * size, size), to);
            }

            new ReadOnlySpan<float>(_site.InitialA + (long)target * initialSize, initialSize)
                .CopyTo(new Span<float>(gathered + (long)(_site.Targets.Count * _width + target * _initialWidth) * _in, initialSize));
        }
    }

    /// <summary>Sixteen of the gathered rows as a panel (in, 16).</summary>
    public void Pack(int panel, float* matrices, float* panels)
    {
        var first = MatrixStart + (long)panel * Panels.Width * _in;
        PackPanels(matrices + first, Panels.Width, _in, panels + first);
    }

    /// <summary>z = x A^T.</summary>
    public StridedProduct Project(float* panels, float* x, float* z) => StridedProduct.OfPanels(panels + MatrixStart, _in, Columns).Of(
        x + (long)_site.First * _in, _in, _site.Tokens, z + ProjectedStart, Columns, Start.Zero);

    /// <summary>A part's U, and -s times the initial heads behind it.</summary>
    public void Fold(int at, float* all)
    {
        var part = _site.Heads[at];
        var size = _site.Rank * Width(at); // of one head, and of one A's block of U
        var folded = new Span<float>(all + _folded[at], _width * Width(at));
        folded.Clear();
        for (var i = 0; i < (_site.Collapsed ? 1 : _site.M); i++)
        {
            var block = folded.Slice(i * size, size);
            for (var j = 0; j < part.N; j++)
            {
                if (part.Folding[j, i] != 0)
                {
                    var head = new ReadOnlySpan<float>(part.Heads + (long)j * size, size);
                    TensorPrimitives.MultiplyAdd(head, part.Folding[j, i] * _site.Scale, block, block);
                }
            }
        }

        if (part.Subtracts)
        {
            var initial = new Span<float>(all + InitialFolded(at), _initialWidth * Width(at));
            initial.Clear();
            var heads = new ReadOnlySpan<float>(part.InitialHeads, _site.InitialRank * Width(at));
            TensorPrimitives.Multiply(heads, -_site.Scale, initial);
        }
    }

    /// <summary>y += z U of a part.</summary>
    public StridedProduct Add(int part, float* folded, float* z, float* y) =>
        OfFolded(folded + _folded[part], _rank, part).Of(z + Column(part), Columns, Count(part), y + Place(part), _out, Start.Sum);

    /// <summary>y += z0 U0 of a part that subtracts the initial product; U0 has the sign.</summary>
    public StridedProduct Subtract(int part, float* folded, float* z, float* y) =>
        OfFolded(folded + InitialFolded(part), _site.InitialRank, part).Of(z + InitialColumn(part), Columns, Count(part), y + Place(part), _out, Start.Sum);

    /// <summary>A part's folded heads as panels (out, 16).</summary>
    public void PackFolded(int part, float* folded, float* panels)
    {
        PackPanels(folded + _folded[part], _width, Width(part), panels + _folded[part]);
        PackPanels(folded + InitialFolded(part), _site.Heads[part].Subtracts ? _initialWidth : 0, Width(part), panels + InitialFolded(part));
    }

    public bool Subtracts(int part) => _site.Heads[part].Subtracts;

    /// <summary>Clears what no product writes.</summary>
    public void ClearGradient(float* dz)
    {
        if (_initialWidth > 0)
        {
            new Span<float>(dz + ProjectedStart, _site.Tokens * Columns).Clear();
        }
    }

    /// <summary>dz = dy U^T of a part.</summary>
    public StridedProduct AddGradient(int part, float* panels, float* dy, float* dz) => StridedProduct.OfPanels(panels + _folded[part], Width(part), _width)
        .Of(dy + Place(part), _out, Count(part), dz + Column(part), Columns, Start.Zero);

    /// <summary>dz0 = dy U0^T of a part that subtracts the initial product.</summary>
    public StridedProduct SubtractGradient(int part, float* panels, float* dy, float* dz) => StridedProduct.OfPanels(panels + InitialFolded(part), Width(part), _initialWidth)
        .Of(dy + Place(part), _out, Count(part), dz + InitialColumn(part), Columns, Start.Zero);

    /// <summary>Sixteen columns of z or dz (tokens, columns) as rows (columns, tokens).</summary>
    public void Transpose(int panel, float* from, float* to) => Transposition.Run(
        from + ProjectedStart + panel * Panels.Width,
        Columns,
        _site.Tokens,
        Panels.Width,
        to + ProjectedStart + (long)panel * Panels.Width * _site.Tokens,
        _site.Tokens);

    /// <summary>dU = z^T dy of a part.</summary>
    public StridedProduct HeadGradient(int part, float* zt, float* dy, float* gradients)
    {
        var first = _site.Heads[part].First - _site.First;
        var rows = zt + ProjectedStart + (long)_site.Heads[part].Target * _width * _site.Tokens + first;
        return StridedProduct.OfRowMajor(dy + Place(part), _out, Count(part), Width(part))
            .Of(rows, _site.Tokens, _rank, gradients + _folded[part], Width(part), Start.Zero);
    }

    /// <summary>What of a part's dU falls to each of its heads.</summary>
    public void AddHeads(int at, float* gradients)
    {
        var part = _site.Heads[at];
        var size = _site.Rank * Width(at);
        for (var j = 0; j < part.N; j++)
        {
            var head = new Span<float>(part.Gradients + (long)j * size, size);
            for (var i = 0; i < (_site.Collapsed ? 1 : _site.M); i++)
            {
                if (part.Blocks[j, i] != 0)
                {
                    var block = new ReadOnlySpan<float>(gradients + _folded[at] + (long)i * size, size);
                    TensorPrimitives.MultiplyAdd(block, part.Blocks[j, i] * _site.Scale, head, head);
                }
            }
        }
    }

    /// <summary>dA += dz^T x of a target; where the couplings collapse, what each of its A's gets, into <paramref name="sums"/>.</summary>
    public StridedProduct AGradient(int target, float* dzt, float* x, float* sums)
    {
        var to = (Collapsed ? sums + MatrixStart : _site.AGradient) + (long)target * _rank * _in;
        var rows = dzt + ProjectedStart + (long)target * _width * _site.Tokens;
        return StridedProduct.OfRowMajor(x + (long)_site.First * _in, _in, _site.Tokens, _in)
            .Of(rows, _site.Tokens, _rank, to, _in, Collapsed ? Start.Zero : Start.Sum);
    }

    /// <summary>One of the A's gets its target's sum.</summary>
    public void AddSum(int matrix, float* sums)
    {
        var size = _rank * _in;
        var gradient = new Span<float>(_site.AGradient + (long)matrix * size, size);
        TensorPrimitives.Add(gradient, new ReadOnlySpan<float>(sums + MatrixStart + (long)(matrix / _site.M) * size, size), gradient);
    }

    /// <summary>dx += dz A.</summary>
    public StridedProduct InputGradient(float* matrices, float* dz, float* dx) => StridedProduct.OfRowMajor(matrices + MatrixStart, _in, Columns, _in).Of(
        dz + ProjectedStart, Columns, _site.Tokens, dx + (long)_site.First * _in, _in, Start.Sum);

    private static void PackPanels(float* from, int rows, int depth, float* to)
    {
        for (var row = 0; row < rows; row += Panels.Width)
        {
            Transposition.Run(from + (long)row * depth, depth, Panels.Width, depth, to + (long)row * depth, Panels.Width);
        }
    }

    private int Count(int part) => _site.Heads[part].Count;

    private int Width(int part) => _site.Targets[_site.Heads[part].Target].Width;

    /// <summary>Where a part's rows and columns of z begin.</summary>
    private long Column(int part) => Row(part) + (long)_site.Heads[part].Target * _width;

    private long InitialColumn(int part) => Row(part) + (long)_site.Targets.Count * _width + (long)_site.Heads[part].Target * _initialWidth;

    private long Row(int part) => ProjectedStart + (long)(_site.Heads[part].First - _site.First) * Columns;

    /// <summary>Where a part's rows and columns of y begin.</summary>
    private long Place(int part) => (long)_site.Heads[part].First * _out + _site.Targets[_site.Heads[part].Target].Column;

    private long InitialFolded(int part) => _folded[part] + (long)_width * Width(part);

    private StridedProduct OfFolded(float* folded, int rank, int part) => StridedProduct.OfRowMajor(folded, Width(part), rank, Width(part));
}
