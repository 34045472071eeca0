namespace CoLA.Core.Registry;

internal sealed record PoolVersionRow
{
    public long Key { get; init; }

    public required long Pool { get; init; }

    public required int Number { get; init; }

    public required int? Parent { get; init; }

    public required string Maker { get; init; }

    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    public required long Created { get; init; }
}
