namespace CoLA.Server.Telemetry;

/// <summary>Values counted by size.</summary>
/// <param name="Bounds">Upper bounds, rising; a bound belongs to its bucket.</param>
/// <param name="Counts">One more than bounds: the last are above all of them.</param>
/// <param name="Sum">Of all values.</param>
internal sealed record DistributionSnapshot(IReadOnlyList<double> Bounds, IReadOnlyList<long> Counts, double Sum);
