namespace CoLA.Core.Data.Examples;

/// <summary>
/// Token ids with one weight each: <c>Weights[t]</c> is the weight of predicting token t from those before it, so
/// <c>Weights[0]</c> counts for nothing. Nothing is appended.
/// </summary>
/// <param name="Ids">The tokens.</param>
/// <param name="Weights">As many.</param>
/// <param name="OldLogProbabilities">As many: what the tokens were drawn with, where a policy drew them.</param>
/// <param name="Advantages">As many: how much better than expected each turned out.</param>
public sealed record TokenExample(
    IReadOnlyList<int> Ids,
    IReadOnlyList<float> Weights,
    IReadOnlyList<float>? OldLogProbabilities = null,
    IReadOnlyList<float>? Advantages = null) : Example;
