using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Configuration;
using CoLA.Core.Training.Optimizers;

namespace CoLA.Core.Training.State;

/// <summary>A session's working copy of one task: heads and optimizer; owned by the engine's thread.</summary>
internal sealed class TaskState : IDisposable
{
    /// <param name="config">Of the base model.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="spec">The task.</param>
    /// <param name="heads">All N, or one of each tie; taken over.</param>
    /// <param name="subtracts">The pool's initial product is subtracted.</param>
    /// <param name="optimizer">Settings of its optimizer.</param>
    /// <param name="dropout">Share of the features that are dropped.</param>
    /// <param name="budget">Of an ADALORA task; null to keep all components.</param>
    public TaskState(
        ModelConfig config, PoolSpec pool, TaskSpec spec, FlatMatrices heads, bool subtracts, OptimizerSpec optimizer, double dropout =
            0, RankBudgetSpec? budget = null)
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

    /// <summary>The coupling of what is trained: of one head of each tie where heads are tied.</summary>
    public Coupling Coupling { get; }

    /// <summary>Which heads are equal and trained as one; null where each is on its own.</summary>
    public TiedHeads? Ties { get; }

    /// <summary>What is trained: the heads, or one of each tie.</summary>
    public TrainableMatrices Heads { get; }

    /// <summary>The pool's initial product is subtracted.</summary>
    public bool Subtracts { get; }

    public AdamW Optimizer { get; }

    /// <summary>Share of the features that are dropped from what adapters read, in training steps alone.</summary>
    public double Dropout { get; }

    /// <summary>Which components an ADALORA task keeps; null to keep all.</summary>
    public RankBudget? Budget { get; }

    /// <summary>The draws of the step that the optimizer will take next; null without dropout.</summary>
    /// <param name="first">Place of the first row among the task's rows of the call; rows of calls before it, whose
    /// gradients wait for the same step, come first.</param>
    /// <param name="lengths">Tokens of the rows.</param>
    public DropoutMasks? MasksOf(int first, IReadOnlyList<int> lengths) =>
        Dropout == 0 ? null : new DropoutMasks(Dropout, Spec.Seed, Optimizer.Step, Heads.AccumulatedRows + first, lengths);

    /// <summary>What rows that name the working copy run on, and which state of the heads and of A it holds.</summary>
    public ((long Heads, long A) Edition, AdapterSource Source)? Copy { get; set; }

    public long Bytes => Heads.Bytes + Optimizer.Bytes + (Budget?.Bytes ?? 0);

    public void Dispose()
    {
        Heads.Dispose();
        Optimizer.Dispose();
        Budget?.Dispose();
    }
}
