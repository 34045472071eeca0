using CoLA.Core.Adapters.Resident;
using CoLA.Core.Rejections;

namespace CoLA.Core.Inference;

/// <summary>A text that is read once, and the continuations whose tokens it predicts.</summary>
/// <param name="Row">The row of the call.</param>
/// <param name="Ids">The prompt and what the continuations have in common: all but their last token.</param>
/// <param name="PromptTokens">How many of them are the prompt.</param>
/// <param name="Continuations">They differ in their last token alone.</param>
/// <param name="Adapter">What reads it; null for the base, and for a version that was never trained.</param>
internal sealed record ScoredText(
    int Row,
    IReadOnlyList<int> Ids,
    int PromptTokens,
    IReadOnlyList<ScoredContinuation> Continuations,
    AdapterSource? Adapter)
{
    /// <summary>Why it could not be read; its row fails, the others do not.</summary>
    public Rejection? Failure { get; set; }
}
