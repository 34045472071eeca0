namespace CoLA.Core.Registry;

internal sealed record JobEventRow
{
    public required long Job { get; init; }

    /// <summary>From 1.</summary>
    public required long Number { get; init; }

    /// <summary>The optimizer step that it tells of.</summary>
    public required int Step { get; init; }

    public required string Event { get; init; }
}
