namespace CoLA.Core.Registry;

internal sealed record SessionTaskRow
{
    public required long Task { get; init; }

    public required long Session { get; init; }

    public required int Position { get; init; }

    /// <summary>The task version whose heads it began with; null when it began with new ones.</summary>
    public required int? Version { get; init; }

    public required bool SubtractsInitial { get; init; }
}
