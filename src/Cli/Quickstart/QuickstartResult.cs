namespace CoLA.Cli.Quickstart;

/// <summary>What a quickstart has to show.</summary>
internal sealed record QuickstartResult
{
    public required string Model { get; init; }

    public required IReadOnlyList<QuickstartTaskResult> Tasks { get; init; }

    public required IReadOnlyList<MixedAnswer> MixedBatch { get; init; }

    public required double TrainTokensPerSecond { get; init; }

    public required double DecodeTokensPerSecond { get; init; }

    public required long PoolBytes { get; init; }

    public required long LoraBytes { get; init; }

    public required TimeSpan Elapsed { get; init; }
}
