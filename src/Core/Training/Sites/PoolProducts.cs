using System.Numerics.Tensors;
using CoLA.Core.Kernels;

namespace CoLA.Core.Training.Sites;

/// <summary>
/// The products of one pool's rows at a site, and where their operands are in the buffers that all pools of a batch share.
/// z = x A^T has columns for every target, then columns of the initial product for every target, each padded to whole panels.
/// A part is the heads of one task at one target: U is the part's heads folded by the coupling, times s, and the initial heads
/// U0 come after it.
/// </summary>
internal sealed unsafe class PoolProducts
{
    private readonly PoolOperands _operands;
    private readonly int _in;
    private readonly int _out;
    private readonly int _rank; // rows of a U
    private readonly int _width; // columns of z for a target: whole panels
    private readonly int _initialWidth;
    private readonly long[] _folded; // where each part's U begins

    /// <param name="operands">What the products read and write.</param>
    /// <param name="inputs">Columns of the site's input.</param>
    /// <param name="outputs">Columns of its output.</param>
    /// <param name="before">The pool whose operands come before these in the buffers; null for the first.</param>
    public PoolProducts(PoolOperands operands, int inputs, int outputs, PoolProducts? before)
    {
        _operands = operands;
        _in = inputs;
        _out = outputs;
        _rank = operands.Collapsed ? operands.Rank : operands.M * operands.Rank;
        _width = Panels.Padded(_rank);
        _initialWidth = Panels.Padded(operands.InitialRank);
        Columns = operands.Targets.Count * (_width + _initialWidth);
        (MatrixStart, ProjectedStart, FoldedEnd) = before is null ? default : (before.MatrixEnd, before.ProjectedEnd, before.FoldedEnd);
        _folded = new long[operands.Heads.Count];
        for (var part = 0; part < _folded.Length; part++)
        {
            _folded[part] = FoldedEnd;
            FoldedEnd += (long)(_width + _initialWidth) * Width(part);
        }
    }

    /// <summary>Number of columns of z.</summary>
    public int Columns { get; }

    public int Parts => _operands.Heads.Count;

    public int Targets => _operands.Targets.Count;

    public bool TrainsA => _operands.AGradient is not null;

    public bool Collapsed => _operands.Collapsed;

    /// <summary>Number of A matrices of all targets.</summary>
    public int Matrices => _operands.Targets.Count * _operands.M;

    /// <summary>Where this pool's matrices (columns, in) begin in a buffer of gathered A matrices.</summary>
    public long MatrixStart { get; }

    public long MatrixEnd => MatrixStart + (long)Columns * _in;

    /// <summary>Where this pool's z (tokens, columns) begins in a buffer for z, its gradient or its transpose.</summary>
    public long ProjectedStart { get; }

    public long ProjectedEnd => ProjectedStart + (long)_operands.Tokens * Columns;

    /// <summary>Where the folded heads of all parts end.</summary>
    public long FoldedEnd { get; }

    /// <summary>Gathers A of every target (the sum where couplings collapse), then of the initial product: (columns, in), padded with zeros.</summary>
    public void Gather(float* matrices)
    {
        var gathered = matrices + MatrixStart;
        new Span<float>(gathered, Columns * _in).Clear();
        int size = _rank * _in, initialSize = _operands.InitialRank * _in;
        for (var target = 0; target < _operands.Targets.Count; target++)
        {
            var to = new Span<float>(gathered + (long)target * _width * _in, size);
            var from = _operands.A + (long)target * _operands.M * _operands.Rank * _in;
            new ReadOnlySpan<float>(from, size).CopyTo(to);
            for (var i = 1; _operands.Collapsed && i < _operands.M; i++)
            {
                TensorPrimitives.Add(to, new ReadOnlySpan<float>(from + (long)i * size, size), to);
            }

            new ReadOnlySpan<float>(_operands.InitialA + (long)target * initialSize, initialSize)
                .CopyTo(new Span<float>(gathered + (long)(_operands.Targets.Count * _width + target * _initialWidth) * _in, initialSize));
        }
    }

    /// <summary>Packs sixteen of the gathered rows into a panel (in, 16).</summary>
    public void Pack(int panel, float* matrices, float* panels)
    {
        var first = MatrixStart + (long)panel * Panels.Width * _in;
        PackPanels(matrices + first, Panels.Width, _in, panels + first);
    }

    /// <summary>z = x A^T.</summary>
    public StridedProduct Project(float* panels, float* x, float* z) => StridedProduct.OfPanels(panels + MatrixStart, _in, Columns).Of(
        x + (long)_operands.First * _in, _in, _operands.Tokens, z + ProjectedStart, Columns, Start.Zero);

    /// <summary>Folds a part's heads to U, and writes -s times its initial heads after it.</summary>
    public void Fold(int at, float* all)
    {
        var part = _operands.Heads[at];
        var size = _operands.Rank * Width(at); // of one head, and of one A's block of U
        var folded = new Span<float>(all + _folded[at], _width * Width(at));
        folded.Clear();
        for (var i = 0; i < (_operands.Collapsed ? 1 : _operands.M); i++)
        {
            var block = folded.Slice(i * size, size);
            for (var j = 0; j < part.N; j++)
            {
                if (part.Folding[j, i] != 0)
                {
                    var head = new ReadOnlySpan<float>(part.Heads + (long)j * size, size);
                    TensorPrimitives.MultiplyAdd(head, part.Folding[j, i] * _operands.Scale, block, block);
                }
            }
        }

        if (part.Subtracts)
        {
            var initial = new Span<float>(all + InitialFolded(at), _initialWidth * Width(at));
            initial.Clear();
            var heads = new ReadOnlySpan<float>(part.InitialHeads, _operands.InitialRank * Width(at));
            TensorPrimitives.Multiply(heads, -_operands.Scale, initial);
        }
    }

    /// <summary>y += z U of a part.</summary>
    public StridedProduct Add(int part, float* folded, float* z, float* y) =>
        OfFolded(folded + _folded[part], _rank, part).Of(z + Column(part), Columns, Tokens(part), y + Place(part), _out, Start.Sum);

    /// <summary>y += z0 U0 of a part that subtracts the initial product; U0 has the minus sign.</summary>
    public StridedProduct Subtract(int part, float* folded, float* z, float* y) =>
        OfFolded(folded + InitialFolded(part), _operands.InitialRank, part)
            .Of(z + InitialColumn(part), Columns, Tokens(part), y + Place(part), _out, Start.Sum);

    /// <summary>Packs a part's folded heads into panels (out, 16).</summary>
    public void PackFolded(int part, float* folded, float* panels)
    {
        PackPanels(folded + _folded[part], _width, Width(part), panels + _folded[part]);
        PackPanels(folded + InitialFolded(part), _operands.Heads[part].Subtracts ? _initialWidth : 0, Width(part), panels + InitialFolded(part));
    }

    public bool Subtracts(int part) => _operands.Heads[part].Subtracts;

    /// <summary>Clears dz: no product writes the initial product's columns for tasks that subtract nothing.</summary>
    public void ClearGradient(float* dz)
    {
        if (_initialWidth > 0)
        {
            new Span<float>(dz + ProjectedStart, _operands.Tokens * Columns).Clear();
        }
    }

    /// <summary>dz = dy U^T of a part.</summary>
    public StridedProduct AddGradient(int part, float* panels, float* dy, float* dz) => StridedProduct.OfPanels(panels + _folded[part], Width(part), _width)
        .Of(dy + Place(part), _out, Tokens(part), dz + Column(part), Columns, Start.Zero);

    /// <summary>dz0 = dy U0^T of a part that subtracts the initial product.</summary>
    public StridedProduct SubtractGradient(int part, float* panels, float* dy, float* dz) =>
        StridedProduct.OfPanels(panels + InitialFolded(part), Width(part), _initialWidth)
        .Of(dy + Place(part), _out, Tokens(part), dz + InitialColumn(part), Columns, Start.Zero);

    /// <summary>Transposes sixteen columns of z or dz (tokens, columns) to rows (columns, tokens).</summary>
    public void Transpose(int panel, float* from, float* to) => Transposition.Run(
        from + ProjectedStart + panel * Panels.Width,
        Columns,
        _operands.Tokens,
        Panels.Width,
        to + ProjectedStart + (long)panel * Panels.Width * _operands.Tokens,
        _operands.Tokens);

    /// <summary>dU = z^T dy of a part.</summary>
    public StridedProduct HeadGradient(int part, float* zt, float* dy, float* gradients)
    {
        var first = _operands.Heads[part].First - _operands.First;
        var rows = zt + ProjectedStart + (long)_operands.Heads[part].Target * _width * _operands.Tokens + first;
        return StridedProduct.OfRowMajor(dy + Place(part), _out, Tokens(part), Width(part))
            .Of(rows, _operands.Tokens, _rank, gradients + _folded[part], Width(part), Start.Zero);
    }

    /// <summary>Adds to the gradient of each head its share of the part's dU.</summary>
    public void AddHeads(int at, float* gradients)
    {
        var part = _operands.Heads[at];
        var size = _operands.Rank * Width(at);
        for (var j = 0; j < part.N; j++)
        {
            var head = new Span<float>(part.Gradients + (long)j * size, size);
            for (var i = 0; i < (_operands.Collapsed ? 1 : _operands.M); i++)
            {
                if (part.Blocks[j, i] != 0)
                {
                    var block = new ReadOnlySpan<float>(gradients + _folded[at] + (long)i * size, size);
                    TensorPrimitives.MultiplyAdd(block, part.Blocks[j, i] * _operands.Scale, head, head);
                }
            }
        }
    }

    /// <summary>dA += dz^T x of a target. Where couplings collapse, all its A have the same gradient: it goes to <paramref name="sums"/>.</summary>
    public StridedProduct AGradient(int target, float* dzt, float* x, float* sums)
    {
        var to = (Collapsed ? sums + MatrixStart : _operands.AGradient) + (long)target * _rank * _in;
        var rows = dzt + ProjectedStart + (long)target * _width * _operands.Tokens;
        return StridedProduct.OfRowMajor(x + (long)_operands.First * _in, _in, _operands.Tokens, _in)
            .Of(rows, _operands.Tokens, _rank, to, _in, Collapsed ? Start.Zero : Start.Sum);
    }

    /// <summary>Adds the target's gradient in <paramref name="sums"/> to that of one of its A.</summary>
    public void AddSum(int matrix, float* sums)
    {
        var size = _rank * _in;
        var gradient = new Span<float>(_operands.AGradient + (long)matrix * size, size);
        TensorPrimitives.Add(gradient, new ReadOnlySpan<float>(sums + MatrixStart + (long)(matrix / _operands.M) * size, size), gradient);
    }

    /// <summary>dx += dz A.</summary>
    public StridedProduct InputGradient(float* matrices, float* dz, float* dx) => StridedProduct.OfRowMajor(matrices + MatrixStart, _in, Columns, _in).Of(
        dz + ProjectedStart, Columns, _operands.Tokens, dx + (long)_operands.First * _in, _in, Start.Sum);

    private static void PackPanels(float* from, int rows, int depth, float* to)
    {
        for (var row = 0; row < rows; row += Panels.Width)
        {
            Transposition.Run(from + (long)row * depth, depth, Panels.Width, depth, to + (long)row * depth, Panels.Width);
        }
    }

    private int Tokens(int part) => _operands.Heads[part].Tokens;

    private int Width(int part) => _operands.Targets[_operands.Heads[part].Target].Width;

    /// <summary>Where a part's rows and columns of z begin.</summary>
    private long Column(int part) => Row(part) + (long)_operands.Heads[part].Target * _width;

    private long InitialColumn(int part) => Row(part) + (long)_operands.Targets.Count * _width + (long)_operands.Heads[part].Target * _initialWidth;

    private long Row(int part) => ProjectedStart + (long)(_operands.Heads[part].First - _operands.First) * Columns;

    /// <summary>Where a part's rows and columns of y begin.</summary>
    private long Place(int part) => (long)_operands.Heads[part].First * _out + _operands.Targets[_operands.Heads[part].Target].Column;

    private long InitialFolded(int part) => _folded[part] + (long)_width * Width(part);

    private StridedProduct OfFolded(float* folded, int rank, int part) => StridedProduct.OfRowMajor(folded, Width(part), rank, Width(part));
}
