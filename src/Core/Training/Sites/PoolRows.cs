using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sites;

/// <summary>The rows of one pool in a micro-batch; they lie side by side.</summary>
/// <param name="Pool">A session's working copy.</param>
/// <param name="Tasks">The rows of its tasks, in the order of the batch.</param>
internal sealed record PoolRows(PoolState Pool, IReadOnlyList<TaskRows> Tasks)
{
    public int Tokens { get; } = Tasks.Sum(rows => rows.Tokens);

    /// <summary>
    /// Whether the CPU's kernels can compute all of the rows. They know fixed and drawn couplings of a task's own heads, without
    /// dropout.
    /// </summary>
    public bool FitsKernels => FitKernels(Pool, Tasks.Select(rows => rows.Task)) && Tasks.All(rows => rows.Masks is null);

    /// <summary>Whether the kernels know the couplings of these tasks.</summary>
    public static bool FitKernels(PoolState pool, IEnumerable<TaskState?> tasks) =>
        !pool.Spec.SharedHead && tasks.All(task => task is null or { Coupling: { Trained: null, Routes: false, UsesSharedHead: false } });
}

/// <summary>The rows of one task in a micro-batch; they lie side by side.</summary>
/// <param name="Task">The task's working copy; null for rows of the bare base.</param>
/// <param name="Tokens">Their tokens together.</param>
/// <param name="Draws">What a random coupling draws in this step; null for the mean of its draws.</param>
/// <param name="Masks">The dropout masks of what the adapters read; null for no dropout.</param>
internal sealed record TaskRows(TaskState? Task, int Tokens, Draws? Draws, DropoutMasks? Masks = null)
{
    /// <summary>Whether the coupling is a draw, and not the mean of its draws.</summary>
    public bool IsDrawn => Draws is not null && Task is { Coupling.DrawCount: > 0 };
}
