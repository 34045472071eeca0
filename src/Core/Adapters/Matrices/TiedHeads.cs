using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// Heads of a task that stay equal for ever: where L is fixed, heads with equal rows of L get equal gradients, so those
/// that are equal at the beginning (all are that were never trained otherwise) are trained, kept and folded as one. Weights,
/// gradient and moments are then those of one head of each tie.
/// </summary>
internal sealed class TiedHeads
{
    private readonly long[] _firsts; // the first head of each tie
    private readonly long[] _ties; // of each of the N heads
    private readonly float[] _counts;
    private readonly int _layers;

    private TiedHeads(ModelConfig config, PoolSpec pool, Coupling coupling, int[][] ties)
    {
        _layers = config.Layers;
        _firsts = [.. ties.Select(tie => (long)tie[0])];
        _ties = [.. Enumerable.Range(0, coupling.N).Select(head => (long)Array.FindIndex(ties, tie => tie.Contains(head)))];
        _counts = [.. ties.Select(tie => (float)tie.Length)];
        Coupling = new TiedCoupling(coupling, ties);
        Layout = MatrixLayout.OfTied(config, pool, ties.Length);
    }

    /// <summary>One head of each tie with every A: the rows of L that differ, (ties x M). It folds each as often as heads stand behind it.</summary>
    public Coupling Coupling { get; }

    /// <summary>How many heads each tie stands for.</summary>
    public IReadOnlyList<float> Counts => _counts;

    /// <summary>The tie of each of the N heads.</summary>
    public IReadOnlyList<long> Ties => _ties;

    /// <summary>Of one head of each tie.</summary>
    public MatrixLayout Layout { get; }

    /// <summary>The ties of a task's heads; null where every head is on its own.</summary>
    public static TiedHeads? Of(ModelConfig config, PoolSpec pool, TaskSpec task)
    {
        var coupling = Coupling.Of(task.Strategy, pool.M, task.N);
        if (!coupling.IsFixed)
        {
            return null;
        }

        var heads = Enumerable.Range(0, coupling.N).ToArray();
        int[][] ties = [.. heads.GroupBy(head => heads.First(other => HaveEqualRows(coupling, head, other))).Select(tie => tie.ToArray())];
        return ties.Length == coupling.N ? null : new TiedHeads(config, pool, coupling, ties);
    }

    /// <summary>Whether these are one head of each tie, not all N.</summary>
    public bool Are(FlatMatrices heads) => heads.Layout.Length == Layout.Length;

    /// <summary>One head of each tie, on the same device; null where heads of a tie are not equal.</summary>
    /// <param name="heads">All N.</param>
    public FlatMatrices? Tie(FlatMatrices heads)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Tensor firsts = tensor(_firsts, device: heads.Flat.device), ties = tensor(_ties, device: heads.Flat.device);
        var tied = FlatMatrices.Zeros(Layout, heads.Flat.device);
        foreach (var slot in heads.Layout.Slots)
        {
            var all = heads.View(slot);
            var own = all.index_select(0, firsts);
            if (!own.index_select(0, ties).Equals(all))
            {
                tied.Dispose();
                return null;
            }

            tied.View(Layout.Find(slot.Layer, slot.Target, slot.Kind)!).copy_(own);
        }

        return tied;
    }

    /// <summary>Squared norm of a gradient of all N heads: a tensor without dimensions.</summary>
    /// <param name="gradient">Of one head of each tie, flat as <see cref="Layout"/> has it.</param>
    public Tensor SquaredNorm(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        if (_counts.Length == 1)
        {
            return gradient.dot(gradient).mul(_counts[0]).MoveToOuterDisposeScope();
        }

        // One kind of matrices: every layer's lie as the first one's do.
        var counts = tensor(_counts, device: gradient.device);
        var layers = gradient.view(_layers, -1);
        var sum = zeros([], device: gradient.device);
        foreach (var slot in Layout.Slots.Where(slot => slot.Layer == 0))
        {
            using var target = NewDisposeScope();
            var matrices = layers.narrow(1, slot.Offset, slot.Length).unflatten(1, _counts.Length, slot.Length / _counts.Length);
            sum.add_(matrices.square().sum([0, 2]).dot(counts));
        }

        return sum.MoveToOuterDisposeScope();
    }

    private static bool HaveEqualRows(Coupling coupling, int head, int other) =>
        Enumerable.Range(0, coupling.M).All(i => coupling.Mean[head, i] == coupling.Mean[other, i]);

    private sealed class TiedCoupling(Coupling all, int[][] ties) : Coupling(RowsOf(all.Mean, ties, _ => 1))
    {
        public override float[,] Folding { get; } = RowsOf(all.Mean, ties, tie => tie.Length);

        public override bool Collapses => all.Collapses;

        /// <summary>Gradients flow as to one head of each tie.</summary>
        public override Tensor FoldServed(TargetTensors matrices)
        {
            var heads = matrices.Heads!;
            using var counts = tensor(ties.Select(tie => (float)tie.Length).ToArray(), dtype: heads.dtype, device: heads.device);
            return base.FoldServed(matrices with { Heads = heads + heads.detach() * (counts - 1).view(-1, 1, 1) });
        }

        private static float[,] RowsOf(float[,] blocks, int[][] ties, Func<int[], float> factorOf)
        {
            var rows = new float[ties.Length, blocks.GetLength(1)];
            foreach (var (at, tie) in ties.Index())
            {
                for (var i = 0; i < rows.GetLength(1); i++)
                {
                    rows[at, i] = blocks[tie[0], i] * factorOf(tie);
                }
            }

            return rows;
        }
    }
}
