namespace CoLA.Server.Telemetry;

/// <summary>What the instruments of the meter say at one moment, by their names.</summary>
/// <param name="Levels">Levels and counts that have no labels.</param>
/// <param name="Distributions">Histograms, over all their labels.</param>
/// <param name="Tokens">Tokens by tenant, task and kind.</param>
internal sealed record Readings(
    IReadOnlyDictionary<string, long> Levels,
    IReadOnlyDictionary<string, DistributionSnapshot> Distributions,
    IReadOnlyList<TokenReading> Tokens);
