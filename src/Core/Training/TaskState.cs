using CoLA.Core.Adapters;

namespace CoLA.Core.Training;

/// <summary>A session's working copy of one task: heads and optimizer; owned by the engine's thread.</summary>
internal sealed class TaskState(TaskSpec spec, int m, TrainableMatrices heads, bool subtracts, AdamW optimizer, double dropout = 0, RankBudget? budget = null) : IDisposable
{
    public TaskSpec Spec { get; } = spec;

    public Coupling Coupling { get; } = Coupling.Of(spec.Strategy, m, spec.N);

    public TrainableMatrices Heads { get; } = heads;

    /// <summary>The pool's initial product is subtracted.</summary>
    public bool Subtracts { get; } = subtracts;

    public AdamW Optimizer { get; } = optimizer;

    /// <summary>Share of the features that are dropped from what adapters read, in training steps alone.</summary>
    public double Dropout { get; } = dropout;

    /// <summary>Which components an ADALORA task keeps; null to keep all.</summary>
    public RankBudget? Budget { get; } = budget;

    /// <summary>The draws of the step that the optimizer will take next; null without dropout.</summary>
    /// <param name="first">Place of the first row among the task's rows of the call.</param>
    /// <param name="lengths">Tokens of the rows.</param>
    public DropoutMasks? MasksOf(int first, IReadOnlyList<int> lengths) =>
        Dropout == 0 ? null : new DropoutMasks(Dropout, Spec.Seed, Optimizer.Step, first, lengths);

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
