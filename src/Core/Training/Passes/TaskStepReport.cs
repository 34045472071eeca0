using CoLA.Core.Naming;
using CoLA.Core.Training.Losses;

namespace CoLA.Core.Training.Passes;

/// <summary>One task in one step.</summary>
/// <param name="Task">The task.</param>
/// <param name="Loss">Of the heads before the step.</param>
/// <param name="Step">What the optimizer did; null where the task's weight is zero: then it is not stepped at all.</param>
public sealed record TaskStepReport(TaskName Task, TaskLoss Loss, OptimizerStepReport? Step);
