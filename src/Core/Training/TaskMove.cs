using CoLA.Core.Naming;

namespace CoLA.Core.Training;

/// <summary>A task that an optimizer step moved.</summary>
public sealed record TaskMove(TaskName Task, OptimizerStepReport Step);
