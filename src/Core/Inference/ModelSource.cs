using CoLA.Core.Naming;

namespace CoLA.Core.Inference;

/// <summary>What a row runs on: the bare base, or a task's served version, one of its versions, or a session's working copy.</summary>
/// <param name="Task">Null for the bare base.</param>
/// <param name="Version">Null for the served version.</param>
/// <param name="Session">Whose working copy of the task; null for a version.</param>
public sealed record ModelSource(TaskName? Task, int? Version, SessionName? Session = null)
{
    public static ModelSource Base { get; } = new(null, null);
}
