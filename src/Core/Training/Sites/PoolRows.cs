using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sites;

/// <summary>The rows of one pool in a micro-batch; they lie side by side.</summary>
/// <param name="Pool">A session's working copy.</param>
/// <param name="Tasks">The rows of its tasks, in the order of the batch.</param>
internal sealed record PoolRows(PoolState Pool, IReadOnlyList<TaskRows> Tasks)
{
    public int Tokens { get; } = Tasks.Sum(rows => rows.Tokens);

    /// <summary>
    /// Whether the CPU's kernels can compute all of it. They know couplings, fixed or drawn, of a task's own heads, without
    /// dropout.
    /// </summary>
    public bool FitsKernels => FitKernels(Pool, Tasks.Select(rows => rows.Task)) && Tasks.All(rows => rows.Masks is null);

    public static bool FitKernels(PoolState pool, IEnumerable<TaskState?> tasks) =>
        !pool.Spec.SharedHead && tasks.All(task => task is null or { Coupling: { Trained: null, Routes: false, Shares: false } });
}
