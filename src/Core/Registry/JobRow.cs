namespace CoLA.Core.Registry;

internal sealed record JobRow
{
    public long Key { get; init; }

    public required string Id { get; init; }

    public required string Tenant { get; init; }

    /// <summary>The base model that its pool was made for.</summary>
    public required string BaseSha256 { get; init; }

    public required string Plan { get; init; }

    public required string State { get; init; }

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
