using CoLA.Core.Naming;

namespace CoLA.Core.Inference;

/// <summary>What a row runs on: the base model, a task's served version, another of its versions, or a session's working copy of it.</summary>
/// <param name="Task">The task; null for the base model.</param>
/// <param name="Version">The version number, from 1; null for the served version.</param>
/// <param name="Session">The session whose working copy of the task is used; null for a published version.</param>
public sealed record ModelSource(TaskName? Task, int? Version, SessionName? Session = null)
{
    /// <summary>The base model without an adapter.</summary>
    public static ModelSource Base { get; } = new(null, null);
}
