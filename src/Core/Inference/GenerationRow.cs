using CoLA.Core.Sequences;

namespace CoLA.Core.Inference;

/// <summary>One answer that is asked for.</summary>
/// <param name="Source">What it runs on.</param>
/// <param name="Prompt">What it begins with.</param>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="Stops">Texts that end it, at most 16, none empty.</param>
/// <param name="MaximumTokens">Tokens at most; null for as many as the context holds.</param>
/// <param name="TopLogProbabilities">0 to 20 alternatives with each token; null for no log-probabilities.</param>
/// <param name="Deterministic">Asks for a result that is the same bit for bit whoever else runs. On the CPU's own kernels
/// every row's is; elsewhere such a row is computed by itself.</param>
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

    /// <summary>An end-of-sequence token is one like every other: the row makes all its tokens, as a measurement wants it.</summary>
    internal bool IgnoresEnds { get; init; }
}
