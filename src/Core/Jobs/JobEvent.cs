using System.Text.Json.Serialization;
using CoLA.Core.Training.Passes;

namespace CoLA.Core.Jobs;

/// <summary>A point of a job's training curve; the registry stores it with the job.</summary>
/// <param name="Step">The optimizer step after which it happened; 0 before the first.</param>
[JsonDerivedType(typeof(JobStep), "step")]
[JsonDerivedType(typeof(JobEvaluation), "evaluation")]
public abstract record JobEvent(int Step);

/// <summary>One optimizer step of a job.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Tasks">The loss and the update of each task.</param>
/// <param name="Pool">The update of the shared A; null where A is frozen.</param>
/// <param name="Tokens">Tokens that went through the base model.</param>
/// <param name="Seconds">How long the step took.</param>
public sealed record JobStep(int Step, IReadOnlyList<TaskStepReport> Tasks, WeightUpdateReport? Pool, long Tokens, double Seconds) : JobEvent(Step);

/// <summary>One evaluation of a job on its held-out examples.</summary>
/// <param name="Step">The last step before the evaluation.</param>
/// <param name="Tasks">The tasks that have held-out examples.</param>
/// <param name="Loss">The held-out loss: the mean over the tasks of each task's mean loss; finite.</param>
/// <param name="IsBest">Whether the loss is lower than every earlier one, by more than <see cref="EvaluationSpec.MinimumImprovement"/>.</param>
public sealed record JobEvaluation(int Step, IReadOnlyList<TaskLossReport> Tasks, double Loss, bool IsBest) : JobEvent(Step);
