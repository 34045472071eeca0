using CoLA.Core.Adapters;

namespace CoLA.Core.Training;

/// <summary>A session's working copy of one task: heads and optimizer; owned by the engine's thread.</summary>
internal sealed class TaskState(TaskSpec spec, int m, TrainableMatrices heads, bool subtracts, AdamW optimizer) : IDisposable
{
    public TaskSpec Spec { get; } = spec;

    public Coupling Coupling { get; } = Coupling.Of(spec.Strategy, m, spec.N);

    public TrainableMatrices Heads { get; } = heads;

    /// <summary>The pool's initial product is subtracted.</summary>
    public bool Subtracts { get; } = subtracts;

    public AdamW Optimizer { get; } = optimizer;

    /// <summary>What rows that name the working copy run on, and which state of the heads and of A it holds.</summary>
    public ((long Heads, long A) Edition, AdapterSource Source)? Copy { get; set; }

    public void Dispose()
    {
        Heads.Dispose();
        Optimizer.Dispose();
    }
}
