using CoLA.Core.Tenancy;

namespace CoLA.Core.Inference;

/// <summary>What a row runs on: the bare base, or a task's served version, or one of its versions.</summary>
/// <param name="Task">Null for the bare base.</param>
/// <param name="Version">Null for the served version.</param>
public sealed record ModelSource(TaskName? Task, int? Version)
{
    public static ModelSource Base { get; } = new(null, null);
}
