using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sites;

/// <summary>One pool's stretch of a training batch.</summary>
/// <param name="Pool">A session's working copy.</param>
/// <param name="Parts">Its tasks' stretches, in the order of the batch.</param>
internal sealed record PoolParts(PoolState Pool, IReadOnlyList<TrainingPart> Parts)
{
    public int Tokens { get; } = Parts.Sum(part => part.Tokens);

    /// <summary>Whether the CPU's kernels know all of it: fixed or drawn couplings of a task's own heads, and whole inputs.</summary>
    public bool FitsKernels => FitKernels(Pool, Parts.Select(part => part.Task)) && Parts.All(part => part.Masks is null);

    public static bool FitKernels(PoolState pool, IEnumerable<TaskState?> tasks) =>
        !pool.Spec.SharedHead && tasks.All(task => task is null or { Coupling: { Trained: null, Routes: false, Shares: false } });
}
