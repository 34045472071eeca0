namespace CoLA.Core.Registry;

/// <summary>A version of a task; its key is <see cref="Key"/>, and no two of a task have the same <see cref="Number"/>.</summary>
internal sealed record TaskVersionRow : RegistryRow
{
    public required long Key { get; init; }

    /// <summary>Key of the task.</summary>
    public required long Task { get; init; }

    public required int Number { get; init; }

    public required int PoolVersion { get; init; }

    public required string Maker { get; init; }

    /// <summary>Null for initial heads, of which there is no file.</summary>
    public required string? Sha256 { get; init; }

    public required long? Bytes { get; init; }

    public required bool SubtractsInitial { get; init; }

    /// <summary>When it was last made the served version, in the task's own order; null when never.</summary>
    public required int? ServedOrder { get; init; }

    public required long Created { get; init; }
}
