namespace CoLA.Core.Sequences;

/// <summary>What a row is to generate, checked and in token ids.</summary>
/// <param name="Prompt">At least one id.</param>
/// <param name="MaximumTokens">At least 1.</param>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="Stops">Stop strings, none empty.</param>
/// <param name="EndIds">Ids that end the row.</param>
/// <param name="TopLogProbabilities">How many alternatives to report with each token; null for no log-probabilities at all.</param>
/// <param name="Deterministic">Its result is the same bit for bit whoever else runs.</param>
internal sealed record SequenceSpec(
    IReadOnlyList<int> Prompt,
    int MaximumTokens,
    SamplingOptions Sampling,
    IReadOnlyList<string> Stops,
    IReadOnlySet<int> EndIds,
    int? TopLogProbabilities,
    bool Deterministic = false);
