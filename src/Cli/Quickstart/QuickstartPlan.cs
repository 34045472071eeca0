using CoLA.V1;

namespace CoLA.Cli.Quickstart;

/// <summary>What the quickstart makes, trains and shows.</summary>
internal sealed record QuickstartPlan
{
    /// <summary>Who owns the pool and trains.</summary>
    public const string Platform = "platform";

    public const string PoolId = "shared";

    /// <summary>A model directory or a GGUF file.</summary>
    public required string Model { get; init; }

    /// <summary>All seven targets.</summary>
    public required PoolSpec Pool { get; init; }

    public required IReadOnlyList<QuickstartTask> Tasks { get; init; }

    public required int Steps { get; init; }

    /// <summary>Examples of each task in every step.</summary>
    public required int BatchPerTask { get; init; }

    /// <summary>Of the heads and of the shared A.</summary>
    public required AdamW Optimizer { get; init; }

    public ulong Seed { get; init; }
}
