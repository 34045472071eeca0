using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>What a job does, with every default filled in.</summary>
/// <param name="Session">The session that it trains in.</param>
/// <param name="Steps">Optimizer steps, unless it stops early.</param>
/// <param name="BatchPerTask">Examples of each task in a step.</param>
/// <param name="Seed">The seed of the order of the examples.</param>
/// <param name="Evaluation">How it evaluates; null for not at all.</param>
/// <param name="CheckpointEvery">Steps between two checkpoints.</param>
/// <param name="Publish">Whether to publish at the end.</param>
/// <param name="Serve">Whether to serve the published versions, where the caller may decide that.</param>
/// <param name="MakeCurrent">Whether to make the new pool version the current one, where the caller owns the pool.</param>
/// <param name="Tasks">The tasks and how many examples they have.</param>
public sealed record JobPlan(
    OpenSessionSpec Session,
    int Steps,
    int BatchPerTask,
    ulong Seed,
    EvaluationSpec? Evaluation,
    int CheckpointEvery,
    bool Publish,
    bool Serve,
    bool MakeCurrent,
    IReadOnlyList<JobTask> Tasks)
{
    internal bool KeepBest => Evaluation is { KeepBest: true };

    /// <exception cref="InvalidArgumentRejection">The spec does not fit the data.</exception>
    internal static JobPlan Of(JobSpec spec, IReadOnlyList<JobTask> tasks)
    {
        var steps = StepsOf(spec, tasks);
        var plan = new JobPlan(
            new JobLength(steps).Fill(spec.Session),
            steps,
            spec.BatchPerTask,
            spec.Seed,
            spec.Evaluation?.For(steps),
            spec.CheckpointEvery,
            spec.Publish,
            spec.Serve,
            spec.MakeCurrent,
            tasks);
        plan.Session.Validate();
        return plan.Evaluation is null || tasks.Any(task => task.HeldOutExamples > 0)
            ? plan
            : throw new InvalidArgumentRejection(
                "evaluation", "needs held-out examples, and there are none; send some, or use fewer items of each file for training");
    }

    internal bool IsEvaluatedAt(int step) => Evaluation is { } evaluation && (step % evaluation.Every == 0 || step == Steps);

    private static int StepsOf(JobSpec spec, IReadOnlyList<JobTask> tasks)
    {
        if (spec.Epochs is not { } epochs)
        {
            return spec.Steps ?? JobSpec.DefaultSteps;
        }

        var steps = Math.Max(1, Math.Ceiling(epochs * tasks.Max(task => task.TrainingExamples) / spec.BatchPerTask));
        return steps <= JobSpec.MaximumSteps
            ? (int)steps
            : throw new InvalidArgumentRejection("epochs", $"{epochs} are {steps} steps with these data; a job has at most {JobSpec.MaximumSteps}");
    }
}

/// <summary>One task of a job.</summary>
/// <param name="Task">The task.</param>
/// <param name="TrainingExamples">How many examples it is trained on.</param>
/// <param name="HeldOutExamples">How many examples an evaluation reads.</param>
public sealed record JobTask(TaskName Task, int TrainingExamples, int HeldOutExamples);
