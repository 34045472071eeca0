namespace CoLA.Core.Registry;

/// <summary>A version of a pool; its key is <see cref="Key"/>, and no two of a pool have the same <see cref="Number"/>.</summary>
internal sealed record PoolVersionRow : RegistryRow
{
    public required long Key { get; init; }

    /// <summary>Key of the pool.</summary>
    public required long Pool { get; init; }

    public required int Number { get; init; }

    public required int? Parent { get; init; }

    public required string Maker { get; init; }

    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    public required long Created { get; init; }
}
