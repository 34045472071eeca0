using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;

namespace CoLA.Core.Training.Sessions;

/// <summary>A session as its opener sees it.</summary>
/// <param name="Session">Its record.</param>
/// <param name="NextSequence">The number that the next numbered call must carry.</param>
/// <param name="Steps">Optimizer steps that each task has taken in this session.</param>
public sealed record SessionView(SessionSnapshot Session, long NextSequence, IReadOnlyDictionary<TaskName, long> Steps);
