using CoLA.Core.Tenancy;

namespace CoLA.Core.Training;

/// <summary>A task of a session, and how its heads are moved.</summary>
public sealed record SessionTaskSpec(TaskName Task, OptimizerSpec Optimizer);
