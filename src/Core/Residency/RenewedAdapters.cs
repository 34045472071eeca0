using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Configuration;
using CoLA.Core.Naming;

namespace CoLA.Core.Residency;

/// <summary>What a session is about to publish, for tasks that are waited for. Whoever takes folded heads owns them.</summary>
/// <param name="config">Of the base model.</param>
/// <param name="spec">The pool's.</param>
/// <param name="pool">The session's pool, in host memory.</param>
/// <param name="moved">The session has moved A.</param>
/// <param name="tasks">The heads of the tasks, in host memory.</param>
internal sealed class RenewedAdapters(
    ModelConfig config, PoolSpec spec, FlatMatrices pool, bool moved,
    IReadOnlyCollection<(TaskName Name, TaskSpec Spec, FlatMatrices Heads)> tasks) : IDisposable
{
    private readonly Dictionary<TaskName, FoldedHeads> _heads = [];

    /// <summary>The A that the session has moved; null where it is frozen, or no task is waited for.</summary>
    public WorkingMatrices? Pool { get; private set; }

    /// <summary>Folds the heads: for any thread, while the disk takes them.</summary>
    public void Fold()
    {
        Pool = moved && tasks.Count > 0 ? new WorkingMatrices(pool) : null;
        foreach (var task in tasks)
        {
            _heads.Add(task.Name, FoldedHeads.Fold(config, spec, task.Spec, task.Heads, pool));
        }
    }

    public bool Has(TaskName task) => _heads.ContainsKey(task);

    public FoldedHeads Take(TaskName task)
    {
        _heads.Remove(task, out var heads);
        return heads!;
    }

    /// <summary>Frees what nobody took.</summary>
    public void Dispose()
    {
        foreach (var heads in _heads.Values)
        {
            heads.Dispose();
        }
    }
}
