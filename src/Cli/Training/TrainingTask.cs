using CoLA.Core.Data.Examples;

namespace CoLA.Cli.Training;

/// <summary>A task and what it learns from.</summary>
/// <param name="Name"><c>tenants/TENANT/tasks/TASK</c></param>
/// <param name="Training">What it is trained on.</param>
/// <param name="HeldOut">What its loss is looked at on, where it is.</param>
internal sealed record TrainingTask(string Name, IReadOnlyList<Example> Training, IReadOnlyList<Example> HeldOut);
