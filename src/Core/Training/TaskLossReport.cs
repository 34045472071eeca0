using CoLA.Core.Naming;

namespace CoLA.Core.Training;

/// <summary>The loss of one task of a call.</summary>
public sealed record TaskLossReport(TaskName Task, TaskLoss Loss);
