using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Configuration;
using static TorchSharp.torch;

namespace CoLA.Core.Adapters.Matrices;

/// <summary>
/// Groups of heads of a task that stay equal. Where L is fixed, heads with equal rows of L get equal gradients, so heads that
/// begin equal (as those of every new task do) remain equal. Each group is trained, stored and folded as one head: weights,
/// gradient and moments exist once per group.
/// </summary>
internal sealed class TiedHeads
{
    private readonly long[] _firsts; // the first head of each group
    private readonly long[] _groups; // the group of each of the N heads
    private readonly float[] _counts;
    private readonly int _layers;

    private TiedHeads(ModelConfig config, PoolSpec pool, Coupling coupling, int[][] groups)
    {
        _layers = config.Layers;
        _firsts = [.. groups.Select(group => (long)group[0])];
        _groups = [.. Enumerable.Range(0, coupling.N).Select(head => (long)Array.FindIndex(groups, group => group.Contains(head)))];
        _counts = [.. groups.Select(group => (float)group.Length)];
        Coupling = new TiedCoupling(coupling, groups);
        Layout = MatrixLayout.OfTied(config, pool, groups.Length);
    }

    /// <summary>The coupling of one head per group: the distinct rows of L, (groups x M). Folding counts each head as often as its group has heads.</summary>
    public Coupling Coupling { get; }

    /// <summary>The number of heads in each group.</summary>
    public IReadOnlyList<float> Counts => _counts;

    /// <summary>The group of each of the N heads.</summary>
    public IReadOnlyList<long> GroupOfHead => _groups;

    /// <summary>The layout of one head per group.</summary>
    public MatrixLayout Layout { get; }

    /// <summary>The groups of a task's heads; null where every group would have one head.</summary>
    public static TiedHeads? Of(ModelConfig config, PoolSpec pool, TaskSpec task)
    {
        var coupling = Coupling.Of(task.Strategy, pool.M, task.N);
        if (!coupling.IsFixed)
        {
            return null;
        }

        var heads = Enumerable.Range(0, coupling.N).ToArray();
        int[][] groups = [.. heads.GroupBy(head => heads.First(other => HaveEqualRows(coupling, head, other))).Select(group => group.ToArray())];
        return groups.Length == coupling.N ? null : new TiedHeads(config, pool, coupling, groups);
    }

    /// <summary>Whether <paramref name="heads"/> holds one head per group rather than all N.</summary>
    public bool IsTied(FlatMatrices heads) => heads.Layout.Length == Layout.Length;

    /// <summary>One head per group, on the same device; null where heads of a group are not equal.</summary>
    /// <param name="heads">All N heads.</param>
    public FlatMatrices? Tie(FlatMatrices heads)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        Tensor firsts = tensor(_firsts, device: heads.Flat.device), groups = tensor(_groups, device: heads.Flat.device);
        var tied = FlatMatrices.Zeros(Layout, heads.Flat.device);
        foreach (var slot in heads.Layout.Slots)
        {
            var all = heads.View(slot);
            var own = all.index_select(0, firsts);
            if (!own.index_select(0, groups).Equals(all))
            {
                tied.Dispose();
                return null;
            }

            tied.View(Layout.Find(slot.Layer, slot.Target, slot.Kind)!).copy_(own);
        }

        return tied;
    }

    /// <summary>The squared norm of the gradient of all N heads: a tensor without dimensions.</summary>
    /// <param name="gradient">The gradient of one head per group, flat, in <see cref="Layout"/>.</param>
    public Tensor SquaredNorm(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        if (_counts.Length == 1)
        {
            return gradient.dot(gradient).mul(_counts[0]).MoveToOuterDisposeScope();
        }

        // The layout has one kind of matrices, so every layer is laid out like the first.
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

    private sealed class TiedCoupling(Coupling all, int[][] groups) : Coupling(RowsOf(all.Mean, groups, _ => 1))
    {
        public override float[,] Folding { get; } = RowsOf(all.Mean, groups, group => group.Length);

        public override bool Collapses => all.Collapses;

        /// <summary>Each head is counted as often as its group has heads, but gradients flow as to a single head of the group.</summary>
        public override Tensor FoldServed(TargetTensors matrices)
        {
            var heads = matrices.Heads!;
            using var counts = tensor(groups.Select(group => (float)group.Length).ToArray(), dtype: heads.dtype, device: heads.device);
            return base.FoldServed(matrices with { Heads = heads + heads.detach() * (counts - 1).view(-1, 1, 1) });
        }

        private static float[,] RowsOf(float[,] blocks, int[][] groups, Func<int[], float> factorOf)
        {
            var rows = new float[groups.Length, blocks.GetLength(1)];
            foreach (var (at, group) in groups.Index())
            {
                for (var i = 0; i < rows.GetLength(1); i++)
                {
                    rows[at, i] = blocks[group[0], i] * factorOf(group);
                }
            }

            return rows;
        }
    }
}
