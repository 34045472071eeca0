using CoLA.Core.Data.Examples;
using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>A task's examples.</summary>
/// <param name="Task">The task.</param>
/// <param name="Training">At least one.</param>
/// <param name="HeldOut">What an evaluation reads.</param>
internal sealed record JobTaskData(TaskName Task, IReadOnlyList<Example> Training, IReadOnlyList<Example> HeldOut);
