namespace CoLA.Core.Registry;

/// <summary>Something that a job has to tell; its key is <see cref="Job"/> and <see cref="Number"/>.</summary>
internal sealed record JobEventRow : RegistryRow
{
    /// <summary>Key of the job.</summary>
    public required long Job { get; init; }

    /// <summary>From 1.</summary>
    public required long Number { get; init; }

    /// <summary>The optimizer step that it tells of.</summary>
    public required int Step { get; init; }

    public required string Event { get; init; }
}
