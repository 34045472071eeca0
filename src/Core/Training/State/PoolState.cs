using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Training.Optimizers;

namespace CoLA.Core.Training.State;

/// <summary>A session's working copy of the shared A, with its optimizer; owned by the engine's thread.</summary>
internal sealed class PoolState(PoolSpec spec, TrainableMatrices a, InitialProduct? initial, AdamW? optimizer) : IDisposable
{
    public PoolSpec Spec { get; } = spec;

    public TrainableMatrices A { get; } = a;

    /// <summary>The product that tasks which began on pool version 1 subtract; null for GAUSSIAN pools.</summary>
    public InitialProduct? Initial { get; } = initial;

    /// <summary>Null where A is frozen.</summary>
    public AdamW? Optimizer { get; } = optimizer;

    public long Bytes => A.Bytes + (Initial?.Bytes ?? 0) + (Optimizer?.Bytes ?? 0);

    public void Dispose()
    {
        A.Dispose();
        Initial?.Dispose();
        Optimizer?.Dispose();
    }
}
