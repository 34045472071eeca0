using static TorchSharp.torch;

namespace CoLA.Core.Adapters;

/// <summary>
/// Heads of a task that stay equal for ever: where L is fixed, heads with equal rows of L get equal gradients, so those
/// that are equal at the beginning (all are that were never trained otherwise) are trained as one. Weights, gradient and
/// moments are then those of one head of each tie.
/// </summary>
internal sealed class TiedHeads
{
    private readonly long[] _ties; // of each of the N heads
    private readonly long[] _firsts; // the first head of each tie
    private readonly float[] _counts;

    private TiedHeads(Coupling coupling, int[][] ties)
    {
        _ties = [.. Enumerable.Range(0, coupling.N).Select(head => (long)Array.FindIndex(ties, tie => tie.Contains(head)))];
        _firsts = [.. ties.Select(tie => (long)tie[0])];
        _counts = [.. ties.Select(tie => (float)tie.Length)];
        Coupling = new TiedCoupling(coupling, [.. ties.Select(tie => tie[0])]);
    }

    /// <summary>One head of each tie with every A: the rows of L that differ, (ties x M).</summary>
    public Coupling Coupling { get; }

    /// <summary>How many heads each tie stands for.</summary>
    public IReadOnlyList<float> Counts => _counts;

    /// <summary>The ties of a coupling's heads; null where every head is on its own.</summary>
    public static TiedHeads? Of(Coupling coupling)
    {
        if (!coupling.IsFixed)
        {
            return null;
        }

        var ties = Enumerable.Range(0, coupling.N)
            .GroupBy(head => string.Join(' ', Enumerable.Range(0, coupling.M).Select(i => coupling.Mean[head, i])), StringComparer.Ordinal)
            .Select(tie => tie.ToArray())
            .ToArray();
        return ties.Length == coupling.N ? null : new TiedHeads(coupling, ties);
    }

    /// <summary>One head of each tie, on the device of <paramref name="heads"/>; null where heads of a tie are not equal.</summary>
    /// <param name="heads">All N.</param>
    /// <param name="layout">Of one head of each tie (<see cref="MatrixLayout.OfTied"/>).</param>
    public FlatMatrices? Tie(FlatMatrices heads, MatrixLayout layout)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Tensor firsts = tensor(_firsts, device: heads.Flat.device), ties = tensor(_ties, device: heads.Flat.device);
        var tied = FlatMatrices.Zeros(layout, heads.Flat.device);
        foreach (var slot in heads.Layout.Slots)
        {
            var all = heads.View(slot);
            var own = all.index_select(0, firsts);
            if (!own.index_select(0, ties).Equals(all))
            {
                tied.Dispose();
                return null;
            }

            tied.View(layout.Find(slot.Layer, slot.Target, slot.Kind)!).copy_(own);
        }

        return tied;
    }

    /// <summary>All N heads in host memory.</summary>
    /// <param name="tied">One of each tie.</param>
    /// <param name="layout">Of the N heads.</param>
    public FlatMatrices Untie(FlatMatrices tied, MatrixLayout layout)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        using var own = tied.ToHost();
        var ties = tensor(_ties);
        var heads = new FlatMatrices(layout, empty(layout.Length, float32, CPU).DetachFromDisposeScope());
        foreach (var slot in layout.Slots)
        {
            using var to = heads.View(slot);
            using var from = own.View(own.Layout.Find(slot.Layer, slot.Target, slot.Kind)!);
            using var copied = to.copy_(from.index_select(0, ties));
        }

        return heads;
    }

    /// <summary>The heads of the ties, each times the heads that it stands for; gradients flow as to one of them.</summary>
    /// <param name="heads">(ties, r, out)</param>
    public Tensor Weigh(Tensor heads)
    {
        var others = tensor(_counts, dtype: heads.dtype, device: heads.device).sub(1).view(-1, 1, 1);
        return heads + heads.detach() * others;
    }

    /// <summary>Squared norm of a gradient of all N heads, of which there is one of each tie: a tensor without dimensions.</summary>
    /// <param name="gradient">Flat, as <paramref name="layout"/> has it.</param>
    /// <param name="layout">Of one head of each tie.</param>
    public Tensor SquaredNorm(Tensor gradient, MatrixLayout layout)
    {
        using var scope = NewDisposeScope();
        if (_counts.Length == 1)
        {
            return gradient.dot(gradient).mul(_counts[0]).MoveToOuterDisposeScope();
        }

        var counts = tensor(_counts, device: gradient.device).view(-1, 1);
        var weighed = empty_like(gradient);
        foreach (var slot in layout.Slots)
        {
            using var to = weighed.narrow(0, slot.Offset, slot.Length).view(_counts.Length, -1);
            using var from = gradient.narrow(0, slot.Offset, slot.Length).view(_counts.Length, -1);
            using var copied = to.copy_(from.mul(counts));
        }

        return weighed.dot(gradient).MoveToOuterDisposeScope();
    }

    private sealed class TiedCoupling(Coupling all, int[] firsts) : Coupling(RowsOf(all.Mean, firsts))
    {
        public override bool Collapses => all.Collapses;

        private static float[,] RowsOf(float[,] blocks, int[] rows)
        {
            var own = new float[rows.Length, blocks.GetLength(1)];
            for (var row = 0; row < rows.Length; row++)
            {
                for (var i = 0; i < own.GetLength(1); i++)
                {
                    own[row, i] = blocks[rows[row], i];
                }
            }

            return own;
        }
    }
}
