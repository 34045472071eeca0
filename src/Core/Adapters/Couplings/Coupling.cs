using static TorchSharp.torch;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace CoLA.Core.Adapters.Couplings;

/// <summary>
/// The rule that says which heads multiply which A: the block matrix L (N x M) of
/// y = W x + s sum_{j,i} B_j L_ji A_i x (design: one formula, every strategy a case of it). Unless L is the
/// token's, a task's effect folds to U A with U = [sum_j B_j L_j1 | ... | sum_j B_j L_jM]: the pairs are never looped over.
/// </summary>
internal abstract class Coupling
{
    private readonly float[,] _mean;

    protected Coupling(float[,] mean)
    {
        _mean = mean;
    }

    public int N => _mean.GetLength(0);

    public int M => _mean.GetLength(1);

    /// <summary>L as it is served: fixed, or the mean of the draws, or what a task that trains L begins with.</summary>
    public float[,] Mean => _mean;

    /// <summary>L as heads are folded by it; gradients go back by <see cref="Mean"/>. Another one where a head stands for several.</summary>
    public virtual float[,] Folding => _mean;

    /// <summary>What of L a task trains beside its heads; null where L is fixed.</summary>
    public virtual MatrixKind? Trained => null;

    /// <summary>
    /// All blocks of the served L are equal, so that (sum_j B_j)(sum_i A_i) is the whole product: it folds to rank r.
    /// </summary>
    public virtual bool Collapses => false;

    /// <summary>Head 0 is the pool's.</summary>
    public virtual bool Shares => false;

    /// <summary>Heads per target that are the task's.</summary>
    public virtual int OwnHeads => N;

    /// <summary>The heads are weighted for each token by a router, so they cannot be folded.</summary>
    public virtual bool Routes => false;

    /// <summary>L is the same for every step and every token, and no head is the pool's.</summary>
    public bool IsFixed => Trained is null && !Routes && !Shares && DrawCount == 0;

    /// <summary>How many indices a draw takes per target; 0 where L is fixed.</summary>
    public virtual int DrawCount => 0;

    /// <summary>The indices to draw from: 0 .. DrawRange - 1.</summary>
    public virtual int DrawRange => 0;

    /// <summary>L of one draw; the fixed L where nothing is drawn.</summary>
    public virtual float[,] Drawn(ReadOnlySpan<int> draw) => _mean;

    /// <summary>
    /// The factor b of B_j = b B* that makes s sum B_j L_ji A_i = U_r S_r V_r^T on a PISSA pool, where A_i = A* / M:
    /// 1/N for FULL, 1 for RANDOM and LORA, M for MOE_LORA and HYDRA_LORA, M/N for the others.
    /// </summary>
    public double PissaHeadFactor => M / (double)_mean.Cast<float>().Sum();

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
    /// Folds <paramref name="heads"/> (N, r, out) by <paramref name="coupling"/> to U transposed, (M x r, out), the same
    /// for every A in turn. Gradients flow to the heads; a head without a block in L gets gradient zero, not none.
    /// </summary>
    public static Tensor Fold(Tensor heads, float[,] coupling)
    {
        long n = coupling.GetLength(0), m = coupling.GetLength(1), rank = heads.shape[1], width = heads.shape[2];
        using var blocks = tensor(coupling, dtype: heads.dtype, device: heads.device);
        return blocks.t().matmul(heads.reshape(n, rank * width)).view(m * rank, width);
    }

    /// <summary>Shape per target of what is trained of L.</summary>
    /// <param name="rank">The pool's r.</param>
    /// <param name="in">Width of the target's input.</param>
    public virtual long[] TrainedShape(int rank, int @in) => [];

    /// <summary>Rows of what is served.</summary>
    public virtual int FoldedRank(int rank) => Collapses ? rank : M * rank;

    /// <summary>What is served: (M x r, out), or (r, out) to go with the sum of the A's where the coupling collapses.</summary>
    public virtual Tensor FoldServed(TargetTensors matrices) =>
        Collapses ? matrices.Heads!.sum(dim: 0) * _mean[0, 0] : Fold(matrices.Heads!, _mean);

    /// <summary>
    /// The same over plain memory, times <paramref name="scale"/>, without libtorch: for threads that must not take the cores
    /// from the engine.
    /// </summary>
    /// <param name="matrices">Of one target.</param>
    /// <param name="scale">The pool's s.</param>
    /// <param name="folded">(M x r, out), or (r, out) where the coupling collapses; overwritten.</param>
    public virtual void FoldServed(TargetFloats matrices, float scale, Span<float> folded)
    {
        var blocks = BlocksOf(matrices.Trained);
        var size = matrices.Heads.Length / N; // of one head
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

    /// <summary>L as a task serves it that has trained <paramref name="trained"/> of it.</summary>
    protected virtual float[,] BlocksOf(ReadOnlySpan<float> trained) => Folding;

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

    /// <summary>L with a one where head j goes with A_(partner of j).</summary>
    protected static float[,] OneAEach(int n, int m, Func<int, int> partnerOf)
    {
        var blocks = new float[n, m];
        for (var j = 0; j < n; j++)
        {
            blocks[j, partnerOf(j)] = 1;
        }

        return blocks;
    }
}
