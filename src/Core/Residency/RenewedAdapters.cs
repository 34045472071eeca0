using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Configuration;
using CoLA.Core.Naming;

namespace CoLA.Core.Residency;

/// <summary>
/// Folded heads of the tasks that a session is about to publish and that the adapter bank wants. This object owns them
/// until <see cref="Take"/> hands them over.
/// </summary>
/// <param name="config">Configuration of the base model.</param>
/// <param name="spec">Shape of the pool.</param>
/// <param name="pool">The session's pool matrices, in host memory.</param>
/// <param name="moved">Whether the session has changed A.</param>
/// <param name="tasks">The tasks with their heads, in host memory.</param>
internal sealed class RenewedAdapters(
    ModelConfig config, PoolSpec spec, FlatMatrices pool, bool moved,
    IReadOnlyCollection<(TaskName Name, TaskSpec Spec, FlatMatrices Heads)> tasks) : IDisposable
{
    private readonly Dictionary<TaskName, FoldedHeads> _heads = [];

    /// <summary>The A that the session has changed; null if A did not change or the bank wants no task.</summary>
    public WorkingMatrices? Pool { get; private set; }

    /// <summary>Folds the heads. Any thread may call it, for example while the files are being written.</summary>
    public void Fold()
    {
        Pool = moved && tasks.Count > 0 ? new WorkingMatrices(pool) : null;
        foreach (var task in tasks)
        {
            _heads.Add(task.Name, FoldedHeads.Fold(config, spec, task.Spec, task.Heads, pool));
        }
    }

    public bool Has(TaskName task) => _heads.ContainsKey(task);

    /// <summary>Hands over the folded heads of a task that <see cref="Has"/> contains. The caller owns them.</summary>
    public FoldedHeads Take(TaskName task)
    {
        _heads.Remove(task, out var heads);
        return heads!;
    }

    /// <summary>Frees the heads that were not taken.</summary>
    public void Dispose()
    {
        foreach (var heads in _heads.Values)
        {
            heads.Dispose();
        }
    }
}
