using CoLA.Core.Naming;

namespace CoLA.Core.Training.Passes;

/// <summary>A task that an optimizer step moved.</summary>
public sealed record TaskMove(TaskName Task, OptimizerStepReport Step);
