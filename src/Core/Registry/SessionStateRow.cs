namespace CoLA.Core.Registry;

/// <summary>A saved state of a session; its key is <see cref="Session"/> and <see cref="Number"/>.</summary>
internal sealed record SessionStateRow : RegistryRow
{
    /// <summary>Key of the session.</summary>
    public required long Session { get; init; }

    public required int Number { get; init; }

    public required long Sequence { get; init; }

    public required int PoolVersion { get; init; }

    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    public required byte[]? LastRequestHash { get; init; }

    public required string? LastReply { get; init; }

    public required long Created { get; init; }
}
