using CoLA.Core.Rejections;

namespace CoLA.Core.Sequences;

/// <summary>The end of a row.</summary>
/// <param name="Reason">Why.</param>
/// <param name="Failure">What went wrong, where the reason is <see cref="FinishReason.Failed"/>.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="CompletionTokens">Tokens generated, an end-of-sequence token included.</param>
public sealed record Finish(FinishReason Reason, Rejection? Failure, int PromptTokens, int CompletionTokens);
