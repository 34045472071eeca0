namespace CoLA.Core.Registry;

/// <summary>A pool; its key is <see cref="Key"/>, and no two have the same <see cref="Id"/>.</summary>
internal sealed record PoolRow : RegistryRow
{
    public required long Key { get; init; }

    public required string Id { get; init; }

    public required string Owner { get; init; }

    public required string Spec { get; init; }

    public required string Visibility { get; init; }

    /// <summary>The tenants that it is shared with, by name.</summary>
    public required IReadOnlyList<string> Shares { get; init; }

    public required string BaseName { get; init; }

    public required string BaseSha256 { get; init; }

    public required int CurrentVersion { get; init; }

    public required int VersionsMade { get; init; }

    public required long Created { get; init; }
}
