namespace CoLA.Core.Registry;

/// <summary>A job; its key is <see cref="Key"/>, and no two of a tenant have the same <see cref="Id"/>.</summary>
internal sealed record JobRow : RegistryRow
{
    public required long Key { get; init; }

    public required string Id { get; init; }

    public required string Tenant { get; init; }

    /// <summary>The base model that its pool was made for.</summary>
    public required string BaseSha256 { get; init; }

    public required string Plan { get; init; }

    public required string State { get; init; }

    /// <summary>Whether a server still has something to do for it.</summary>
    public required bool InWork { get; init; }

    /// <summary>The file of its examples; null once it has ended.</summary>
    public required string? DataSha256 { get; init; }

    public required long? DataBytes { get; init; }

    /// <summary>Id of the session that it trains in; null before it is open and after it is closed.</summary>
    public string? Session { get; init; }

    /// <summary>What it had done at its last checkpoint, or at its end.</summary>
    public required string Progress { get; init; }

    /// <summary>How it ended; null until then.</summary>
    public string? Outcome { get; init; }

    public required long Created { get; init; }

    public long? Started { get; init; }

    public long? Ended { get; init; }
}
