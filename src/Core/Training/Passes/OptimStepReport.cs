namespace CoLA.Core.Training.Passes;

/// <summary>What OptimStep did.</summary>
/// <param name="Tasks">The tasks that were stepped.</param>
/// <param name="Pool">The pool's own step; null where it was not stepped.</param>
public sealed record OptimStepReport(IReadOnlyList<TaskMove> Tasks, OptimizerStepReport? Pool);
