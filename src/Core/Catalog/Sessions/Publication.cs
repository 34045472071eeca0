using CoLA.Core.Adapters.Matrices;

namespace CoLA.Core.Catalog.Sessions;

/// <summary>What one Publish made.</summary>
/// <param name="PoolVersion">The new pool version; null with A_FROZEN.</param>
/// <param name="Tasks">The new version of every task of the session.</param>
public sealed record Publication(PoolVersionSnapshot? PoolVersion, IReadOnlyList<PublishedTask> Tasks);
