using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>A task of a job.</summary>
/// <param name="Task">The task.</param>
/// <param name="TrainingExamples">Examples that it is trained on.</param>
/// <param name="HeldOutExamples">Examples that an evaluation reads.</param>
public sealed record JobTask(TaskName Task, int TrainingExamples, int HeldOutExamples);
