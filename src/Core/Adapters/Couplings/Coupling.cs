using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// The rule that says which adapter heads B_j multiply which A_i: the block matrix L (N x M) of
/// y = W x + s sum_{j,i} B_j L_ji A_i x (CoLA, arXiv 2505.15471). Every strategy is a case of this formula. Unless L depends
/// on the token, a task folds to U A with U = [sum_j B_j L_j1 | ... | sum_j B_j L_jM], so no code loops over the N x M pairs.
/// </summary>
internal abstract class Coupling
{
    private readonly float[,] _mean;

    protected Coupling(float[,] mean)
    {
        _mean = mean;
    }

    /// <summary>Heads per target.</summary>
    public int N => _mean.GetLength(0);

    /// <summary>A matrices per target.</summary>
    public int M => _mean.GetLength(1);

    /// <summary>L as it is served: the fixed L, the mean of the draws, or the initial L of a task that trains it.</summary>
    public float[,] Mean => _mean;

    /// <summary>
    /// L for folding the heads. Gradients use <see cref="Mean"/>; the two differ where one stored head represents several
    /// equal heads.
    /// </summary>
    public virtual float[,] Folding => _mean;

    /// <summary>The part of L that a task trains in addition to its heads; null where L is fixed.</summary>
    public virtual MatrixKind? Trained => null;

    /// <summary>
    /// Whether all blocks of the served L are equal. Then the product is (sum_j B_j)(sum_i A_i), which folds to rank r.
    /// </summary>
    public virtual bool Collapses => false;

    /// <summary>Whether head 0 is the pool's shared head.</summary>
    public virtual bool UsesSharedHead => false;

    /// <summary>Heads per target that belong to the task.</summary>
    public virtual int OwnHeads => N;

    /// <summary>Whether a router weights the heads for each token; then they cannot be folded.</summary>
    public virtual bool Routes => false;

    /// <summary>Whether L is the same for every step and every token, and all heads belong to the task.</summary>
    public bool IsFixed => Trained is null && !Routes && !UsesSharedHead && DrawCount == 0;

    /// <summary>Indices that are drawn per target and step; 0 where L is not random.</summary>
    public virtual int DrawCount => 0;

    /// <summary>Drawn indices are in 0 .. DrawRange - 1.</summary>
    public virtual int DrawRange => 0;

    /// <summary>L of one draw; the fixed L for a strategy that draws nothing.</summary>
    public virtual float[,] Drawn(ReadOnlySpan<int> draw) => _mean;

    /// <summary>
    /// The factor b of B_j = b B* that makes s sum B_j L_ji A_i = U_r S_r V_r^T on a PISSA pool, where A_i = A* / M:
    /// 1/N for FULL, 1 for RANDOM and LORA, M for MOE_LORA and HYDRA_LORA, M/N for the others.
    /// </summary>
    public double PissaHeadFactor => M / (double)_mean.Cast<float>().Sum();

    /// <summary>The coupling of a strategy with M A matrices and N heads, which the caller has checked against its ranges.</summary>
    public static Coupling Of(Strategy strategy, int m, int n) => strategy switch
    {
        Strategy.Lora => new LoraCoupling(),
        Strategy.Full => new FullCoupling(m, n),
        Strategy.Heuristic => new HeuristicCoupling(m, n),
        Strategy.HeuristicBalanced => new HeuristicBalancedCoupling(m, n),
        Strategy.Random => new RandomCoupling(m, n),
        Strategy.RandomReversed => new RandomReversedCoupling(m, n),
        Strategy.MoeLora => new MoeLoraCoupling(m),
        Strategy.HydraLora => new HydraLoraCoupling(n),
        Strategy.Colora => new ColoraCoupling(m, n),
        Strategy.Adalora => new AdaloraCoupling(),
        _ => throw new ArgumentOutOfRangeException(nameof(strategy), strategy, null),
    };

    /// <summary>
    /// Folds <paramref name="heads"/> (N, r, out) by <paramref name="coupling"/> (N x M) to U transposed, (M x r, out).
    /// Gradients flow to the heads. A head whose blocks in L are all zero gets a zero gradient, not a missing one.
    /// </summary>
    public static Tensor Fold(Tensor heads, float[,] coupling)
    {
        long n = coupling.GetLength(0), m = coupling.GetLength(1), rank = heads.shape[1], width = heads.shape[2];
        using var blocks = tensor(coupling, dtype: heads.dtype, device: heads.device);
        return blocks.t().matmul(heads.reshape(n, rank * width)).view(m * rank, width);
    }

    /// <summary>The shape, per target, of the part of L that the task trains.</summary>
    /// <param name="rank">The pool's rank r.</param>
    /// <param name="in">Input features of the target.</param>
    public virtual long[] TrainedShape(int rank, int @in) => [];

    /// <summary>Rows of the folded heads, for a pool of rank <paramref name="rank"/>.</summary>
    public virtual int FoldedRank(int rank) => Collapses ? rank : M * rank;

    /// <summary>
    /// Folds the heads of one target for serving: (M x r, out), or (r, out), to be multiplied with the sum of the A matrices,
    /// where the coupling collapses.
    /// </summary>
    public virtual Tensor FoldServed(TargetTensors matrices) =>
        Collapses ? matrices.Heads!.sum(dim: 0) * _mean[0, 0] : Fold(matrices.Heads!, _mean);

    /// <summary>
    /// The same over plain memory, times <paramref name="scale"/>, without libtorch: its threads would take the cores from
    /// the engine.
    /// </summary>
    /// <param name="matrices">The matrices of one target.</param>
    /// <param name="scale">The pool's scale s.</param>
    /// <param name="folded">(M x r, out), or (r, out) where the coupling collapses; overwritten.</param>
    public virtual void FoldServed(TargetFloats matrices, float scale, Span<float> folded)
    {
        var blocks = BlocksOf(matrices.Trained);
        var size = matrices.Heads.Length / N; // elements of one head
        folded.Clear();
        for (var i = 0; i < folded.Length / size; i++)
        {
            var block = folded.Slice(i * size, size);
            for (var j = 0; j < N; j++)
            {
                if (blocks[j, i] != 0)
                {
                    TensorPrimitives.MultiplyAdd(matrices.Heads.Slice(j * size, size), blocks[j, i] * scale, block, block);
                }
            }
        }
    }

    /// <summary>L as it is served by a task that has trained <paramref name="trained"/>.</summary>
    protected virtual float[,] BlocksOf(ReadOnlySpan<float> trained) => Folding;

    /// <summary>L with every block equal to <paramref name="value"/>.</summary>
    protected static float[,] Filled(int n, int m, float value)
    {
        var blocks = new float[n, m];
        for (var j = 0; j < n; j++)
        {
            for (var i = 0; i < m; i++)
            {
                blocks[j, i] = value;
            }
        }

        return blocks;
    }

    /// <summary>L where head j multiplies one A only, the one with index partnerOf(j).</summary>
    protected static float[,] OneAPerHead(int n, int m, Func<int, int> partnerOf)
    {
        var blocks = new float[n, m];
        for (var j = 0; j < n; j++)
        {
            blocks[j, partnerOf(j)] = 1;
        }

        return blocks;
    }
}
