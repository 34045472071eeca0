namespace CoLA.Core.Training;

/// <summary>What one optimizer step did.</summary>
/// <param name="Tasks">Every task of the call, in the order in which the call first names it.</param>
/// <param name="Pool">The pool's own step; null where A is frozen or nothing was stepped.</param>
public sealed record StepReport(IReadOnlyList<TaskStepReport> Tasks, OptimizerStepReport? Pool);
