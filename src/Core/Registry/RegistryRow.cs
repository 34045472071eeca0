namespace CoLA.Core.Registry;

/// <summary>
/// A row of the registry: plain data, known by its key. A row that replaces another of the same key replaces all of it.
/// Keys that are numbers come from <see cref="IRegistryTransaction.NewKeyAsync"/>. Times are Unix milliseconds; specs and
/// replies are JSON; versions are numbered 1, 2, ... within their pool or task.
/// </summary>
internal abstract record RegistryRow;
