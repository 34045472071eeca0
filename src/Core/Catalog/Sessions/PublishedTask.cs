using CoLA.Core.Naming;

namespace CoLA.Core.Catalog.Sessions;

/// <param name="Version">The new version.</param>
/// <param name="Served">Whether the task serves it now; if not, its owner switches when it likes.</param>
public sealed record PublishedTask(TaskVersionName Version, bool Served);
