namespace CoLA.Core.Registry;

/// <summary>
/// A session that is open or has expired; its key is <see cref="Key"/>, and no two have the same <see cref="Id"/>. Its
/// stand is where a restart puts it.
/// </summary>
internal sealed record SessionRow : RegistryRow
{
    public required long Key { get; init; }

    public required string Id { get; init; }

    public required string Opener { get; init; }

    /// <summary>Key of the pool.</summary>
    public required long Pool { get; init; }

    /// <summary>The pool version that its next publication has for parent.</summary>
    public required int PoolVersion { get; init; }

    public required bool PoolTrainable { get; init; }

    public required bool Rebase { get; init; }

    public required string Settings { get; init; }

    public required int StatesMade { get; init; }

    /// <summary>The pool version of its stand.</summary>
    public required int StandPoolVersion { get; init; }

    /// <summary>The saved state that it stands at; null for its opening.</summary>
    public int? StandState { get; init; }

    public long StandSequence { get; init; }

    public byte[]? StandRequestHash { get; init; }

    public string? StandReply { get; init; }

    /// <summary>What an expired session held, as JSON; null for one that is open.</summary>
    public string? Released { get; init; }

    public required long Created { get; init; }
}
