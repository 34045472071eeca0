using CoLA.V1;

namespace CoLA.Client.Inference;

/// <summary>All that one row generated.</summary>
/// <param name="Text">The text without the stop string; empty where the model has no tokenizer.</param>
/// <param name="Tokens">The drawn tokens, with log-probabilities where they were asked for.</param>
/// <param name="FinishReason">Why it ended.</param>
/// <param name="Failure">What went wrong; null unless it failed.</param>
/// <param name="Usage">What it cost.</param>
public sealed record GeneratedRow(string Text, IReadOnlyList<GeneratedToken> Tokens, FinishReason FinishReason, Failure? Failure, Usage Usage);
