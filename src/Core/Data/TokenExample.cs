namespace CoLA.Core.Data;

/// <summary>
/// Token ids with one weight each: <c>Weights[t]</c> is the weight of predicting token t from those before it, so
/// <c>Weights[0]</c> counts for nothing. Nothing is appended.
/// </summary>
public sealed record TokenExample(IReadOnlyList<int> Ids, IReadOnlyList<float> Weights) : Example;
