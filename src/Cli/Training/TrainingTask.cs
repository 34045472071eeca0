using CoLA.Core.Data;

namespace CoLA.Cli.Training;

/// <summary>A task and what it learns from.</summary>
/// <param name="Name"><c>tenants/TENANT/tasks/TASK</c></param>
/// <param name="Examples">At least one.</param>
internal sealed record TrainingTask(string Name, IReadOnlyList<Example> Examples);
