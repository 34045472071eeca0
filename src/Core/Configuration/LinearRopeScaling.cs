namespace CoLA.Core.Configuration;

/// <summary>Divides every rotary frequency by <paramref name="Factor"/> (position interpolation, arXiv 2306.15595).</summary>
/// <param name="Factor">At least 1.</param>
public sealed record LinearRopeScaling(double Factor) : RopeScaling;
