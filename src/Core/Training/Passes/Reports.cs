using CoLA.Core.Naming;
using CoLA.Core.Training.Losses;

namespace CoLA.Core.Training.Passes;

/// <summary>The losses of a call: what ForwardBackward added the gradients of, or what Evaluate found.</summary>
/// <param name="Tasks">Every task of the call, in the order in which the call first names it.</param>
/// <param name="Tokens">Tokens that went through the base model: those of the rows with weight.</param>
/// <param name="LogProbabilities">By example, of its labelled tokens, a pair's chosen answer first; null where the caller did not ask.</param>
public sealed record LossReport(IReadOnlyList<TaskLossReport> Tasks, long Tokens, IReadOnlyList<IReadOnlyList<float>>? LogProbabilities = null)
{
    public TaskLoss this[TaskName task] => Tasks.Single(report => report.Task == task).Loss;
}

/// <summary>The loss of one task of a call.</summary>
public sealed record TaskLossReport(TaskName Task, TaskLoss Loss);

/// <summary>What TrainStep did.</summary>
/// <param name="Tasks">Every task of the call, in the order in which the call first names it; then the tasks whose gradients earlier calls made.</param>
/// <param name="Pool">The update of the shared A; null where A is frozen or nothing was updated.</param>
/// <param name="Tokens">Tokens that went through the base model: those of the rows with weight.</param>
/// <param name="LogProbabilities">As in <see cref="LossReport"/>, with the weights before the update.</param>
public sealed record StepReport(
    IReadOnlyList<TaskStepReport> Tasks,
    WeightUpdateReport? Pool,
    long Tokens,
    IReadOnlyList<IReadOnlyList<float>>? LogProbabilities = null);

/// <summary>One task in one step.</summary>
/// <param name="Task">The task.</param>
/// <param name="Loss">With the heads before the update.</param>
/// <param name="Step">The update of its heads; null where the task's weight is zero: its heads and its optimizer are not touched.</param>
public sealed record TaskStepReport(TaskName Task, TaskLoss Loss, WeightUpdateReport? Step);

/// <summary>What OptimStep did.</summary>
/// <param name="Tasks">The tasks whose heads were updated.</param>
/// <param name="Pool">The update of the shared A; null where it was not updated.</param>
public sealed record OptimStepReport(IReadOnlyList<TaskUpdate> Tasks, WeightUpdateReport? Pool);

/// <summary>The update of one task's heads.</summary>
public sealed record TaskUpdate(TaskName Task, WeightUpdateReport Step);

/// <summary>One step of one optimizer.</summary>
/// <param name="Step">Steps taken so far, this one included.</param>
/// <param name="LearningRate">The rate of this step, after the schedule.</param>
/// <param name="GradientNorm">Euclidean norm of the gradient before clipping.</param>
public sealed record WeightUpdateReport(long Step, double LearningRate, double GradientNorm);
