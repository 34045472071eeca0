using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>The weights that a session publishes, in host memory.</summary>
/// <param name="Pool">The session's A.</param>
/// <param name="PoolIsTrained">Whether the session trains A; else no version of the pool is made.</param>
/// <param name="Heads">The heads of every task.</param>
internal sealed record PublishedWeights(FlatMatrices Pool, bool PoolIsTrained, IReadOnlyDictionary<TaskName, FlatMatrices> Heads) : IDisposable
{
    /// <summary>On the engine's thread.</summary>
    public static PublishedWeights Of(SessionSnapshot session, SessionTensors tensors) => new(
        tensors.Pool.A.Weights.OnHost(),
        session.PoolTrainable,
        tensors.Tasks.ToDictionary(task => task.Key, task => task.Value.Heads.Weights.OnHost()));

    public void Dispose()
    {
        Pool.Dispose();
        foreach (var heads in Heads.Values)
        {
            heads.Dispose();
        }
    }
}
