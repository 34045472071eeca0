namespace CoLA.Core.Registry;

/// <summary>The reply to a call that a job made for itself; its key is <see cref="Job"/> and <see cref="Id"/>.</summary>
internal sealed record JobReplyRow : RegistryRow
{
    /// <summary>Key of the job.</summary>
    public required long Job { get; init; }

    /// <summary>Chosen by the job: the same for the same call after a restart.</summary>
    public required string Id { get; init; }

    /// <summary>The reply, as JSON.</summary>
    public required string Reply { get; init; }
}
