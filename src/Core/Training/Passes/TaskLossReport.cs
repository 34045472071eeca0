using CoLA.Core.Naming;
using CoLA.Core.Training.Losses;

namespace CoLA.Core.Training.Passes;

/// <summary>The loss of one task of a call.</summary>
public sealed record TaskLossReport(TaskName Task, TaskLoss Loss);
