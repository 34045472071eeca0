using CoLA.Core.Rejections;

namespace CoLA.Core.Sequences;

/// <summary>How a row ended.</summary>
/// <param name="Reason">Why it ended.</param>
/// <param name="Failure">What went wrong if the reason is <see cref="FinishReason.Failed"/>; otherwise null.</param>
/// <param name="PromptTokens">Number of prompt tokens.</param>
/// <param name="CompletionTokens">Number of generated tokens, including an end-of-sequence token.</param>
public sealed record Finish(FinishReason Reason, Rejection? Failure, int PromptTokens, int CompletionTokens);
