using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Configuration;
using CoLA.Core.Training.Optimizers;

namespace CoLA.Core.Training.State;

/// <summary>A session's working copy of one task: heads and optimizer; owned by the engine's thread.</summary>
internal sealed class TaskState : IDisposable
{
    /// <param name="config">The base model's configuration.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="spec">The task.</param>
    /// <param name="heads">All N heads, or one of each tie; this object owns them from now on.</param>
    /// <param name="subtracts">Whether the pool's initial product is subtracted.</param>
    /// <param name="optimizer">The settings of its optimizer.</param>
    /// <param name="dropout">The share of the adapters' input that is dropped.</param>
    /// <param name="budget">The rank budget of an ADALORA task; null to keep all components.</param>
    public TaskState(
        ModelConfig config,
        PoolSpec pool,
        TaskSpec spec,
        FlatMatrices heads,
        bool subtracts,
        OptimizerSpec optimizer,
        double dropout = 0,
        RankBudgetSpec? budget = null)
    {
        (Spec, Subtracts, Dropout) = (spec, subtracts, dropout);
        if (TiedHeads.Of(config, pool, spec) is { } ties)
        {
            if (ties.IsTied(heads))
            {
                Ties = ties;
            }
            else if (ties.Tie(heads) is { } tied)
            {
                heads.Dispose();
                (heads, Ties) = (tied, ties);
            }
        }

        Coupling = Ties?.Coupling ?? Coupling.Of(spec.Strategy, pool.M, spec.N);
        Heads = TrainableMatrices.OfHeads(heads);
        Optimizer = new AdamW(optimizer, heads.Flat, heads.Layout.LengthOf(MatrixKind.B));
        Budget = budget is null ? null : new RankBudget(budget, heads);
    }

    public TaskSpec Spec { get; }

    /// <summary>The coupling of the trained heads: of one head of each tie where heads are tied.</summary>
    public Coupling Coupling { get; }

    /// <summary>Which heads are equal and trained as one; null if each head is trained separately.</summary>
    public TiedHeads? Ties { get; }

    /// <summary>The trained heads: all, or one of each tie.</summary>
    public TrainableMatrices Heads { get; }

    /// <summary>Whether the pool's initial product is subtracted.</summary>
    public bool Subtracts { get; }

    public AdamW Optimizer { get; }

    /// <summary>The share of the adapters' input that is dropped, in training steps only.</summary>
    public double Dropout { get; }

    /// <summary>Which components an ADALORA task keeps; null to keep all.</summary>
    public RankBudget? Budget { get; }

    /// <summary>The dropout masks of the next optimizer step; null without dropout.</summary>
    /// <param name="first">
    /// Place of the first row among the task's rows of the call. Rows of earlier calls whose gradients are accumulated come before.
    /// </param>
    /// <param name="lengths">Tokens of the rows.</param>
    public DropoutMasks? MasksOf(int first, IReadOnlyList<int> lengths) =>
        Dropout == 0 ? null : new DropoutMasks(Dropout, Spec.Seed, Optimizer.Step, Heads.AccumulatedRows + first, lengths);

    /// <summary>The adapter for rows that run on the working copy, and the editions of heads and A from which it was made.</summary>
    public ((long Heads, long A) Edition, AdapterSource Source)? Copy { get; set; }

    public long Bytes => Heads.Bytes + Optimizer.Bytes + (Budget?.Bytes ?? 0);

    public void Dispose()
    {
        Heads.Dispose();
        Optimizer.Dispose();
        Budget?.Dispose();
    }
}
