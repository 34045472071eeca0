namespace CoLA.Core.Registry;

/// <summary>A task that a session holds; its key is <see cref="Task"/>.</summary>
internal sealed record SessionTaskRow : RegistryRow
{
    /// <summary>Key of the task.</summary>
    public required long Task { get; init; }

    /// <summary>Key of the session.</summary>
    public required long Session { get; init; }

    public required int Position { get; init; }

    /// <summary>The task version whose heads it began with; null when it began with new ones.</summary>
    public required int? Version { get; init; }

    public required bool SubtractsInitial { get; init; }
}
