using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Naming;

namespace CoLA.Core.Training.State;

/// <summary>The files that a session begins with, their SHA-256 checked.</summary>
/// <param name="Session">The session.</param>
/// <param name="Pool">The pool version that it stands on.</param>
/// <param name="Initial">Where the subtracted product is; null for GAUSSIAN pools.</param>
/// <param name="Heads">Files of the tasks that keep trained heads.</param>
internal sealed record SessionFiles(
    SessionSnapshot Session,
    string Pool,
    string? Initial,
    IReadOnlyDictionary<TaskName, string> Heads)
{
    public static SessionFiles Of(SessionSnapshot session, ArtifactStore artifacts) => new(
        session,
        artifacts.Open(session.PoolVersion.Artifact),
        session.PoolVersion.Initial is { } initial ? artifacts.Open(initial) : null,
        session.Tasks.Where(task => task.Heads is not null).ToDictionary(task => task.Task, task => artifacts.Open(task.Heads!)));
}
