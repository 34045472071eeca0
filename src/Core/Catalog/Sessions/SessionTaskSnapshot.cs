using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Naming;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>What one task of a session began with.</summary>
/// <param name="Task">The task.</param>
/// <param name="Spec">Its spec.</param>
/// <param name="Version">The version whose heads it keeps; null where it got new heads for the session's pool version.</param>
/// <param name="Heads">The kept heads; null for initial heads: those of the pool's initialisation where
/// <paramref name="SubtractsInitial"/>, zero otherwise.</param>
/// <param name="SubtractsInitial">Whether the product at initialisation is subtracted, now and in the versions that the session publishes.</param>
public sealed record SessionTaskSnapshot(TaskName Task, TaskSpec Spec, int? Version, Artifact? Heads, bool SubtractsInitial);
