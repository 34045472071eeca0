namespace CoLA.Core.Registry;

internal sealed record PoolRow
{
    public long Key { get; init; }

    public required string Id { get; init; }

    public required string Owner { get; init; }

    public required string Spec { get; init; }

    public required string Visibility { get; init; }

    public required string BaseName { get; init; }

    public required string BaseSha256 { get; init; }

    public required int CurrentVersion { get; init; }

    public required int VersionsMade { get; init; }

    public required long Created { get; init; }
}
