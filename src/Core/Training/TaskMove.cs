using CoLA.Core.Tenancy;

namespace CoLA.Core.Training;

/// <summary>A task that an optimizer step moved.</summary>
public sealed record TaskMove(TaskName Task, OptimizerStepReport Step);
