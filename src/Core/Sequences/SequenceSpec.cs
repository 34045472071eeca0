namespace CoLA.Core.Sequences;

/// <summary>What a row shall generate: validated, with the prompt as token ids.</summary>
/// <param name="Prompt">Token ids; at least one.</param>
/// <param name="MaximumTokens">The most tokens to generate; at least 1.</param>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="Stops">Stop strings; none is empty.</param>
/// <param name="EndIds">Token ids that end the row.</param>
/// <param name="TopLogProbabilities">Number of alternatives to report with each token; null for no log-probabilities.</param>
/// <param name="Deterministic">Whether the result must be bit-identical whatever other rows are in the batch.</param>
internal sealed record SequenceSpec(
    IReadOnlyList<int> Prompt,
    int MaximumTokens,
    SamplingOptions Sampling,
    IReadOnlyList<string> Stops,
    IReadOnlySet<int> EndIds,
    int? TopLogProbabilities,
    bool Deterministic = false);
