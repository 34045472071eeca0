using CoLA.Core.Sequences;

namespace CoLA.Core.Inference;

/// <summary>A request for one answer.</summary>
/// <param name="Source">The base model or task version to run.</param>
/// <param name="Prompt">The text or tokens that the answer follows.</param>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="Stops">Stop strings, at most <see cref="MaximumStops"/>; none may be empty.</param>
/// <param name="MaximumTokens">The most tokens to generate, 1 to the model's context length; null for as many as the context holds.</param>
/// <param name="TopLogProbabilities">
/// Alternatives to report with each token, 0 to <see cref="MaximumTopLogProbabilities"/>; null for no log-probabilities.
/// </param>
/// <param name="Deterministic">
/// Asks for a result that is bit-identical whatever other rows are in the batch. The CPU kernels guarantee this for every
/// row; on other devices such a row is computed alone.
/// </param>
public sealed record GenerationRow(
    ModelSource Source,
    Prompt Prompt,
    SamplingOptions Sampling,
    IReadOnlyList<string> Stops,
    long? MaximumTokens,
    int? TopLogProbabilities,
    bool Deterministic = false)
{
    public const int MaximumStops = 16;
    public const int MaximumTopLogProbabilities = 20;

    /// <summary>Whether generation continues after an end-of-sequence token. Benchmarks use it to generate a fixed number of tokens.</summary>
    internal bool IgnoresEnds { get; init; }
}
