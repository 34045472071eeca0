using CoLA.Core.Adapters.Resident;
using CoLA.Core.Rejections;

namespace CoLA.Core.Inference;

/// <summary>A token sequence that is computed once, and the continuations whose tokens it predicts.</summary>
/// <param name="Row">Index of the row in the call.</param>
/// <param name="Ids">The prompt, followed by the tokens that all continuations share: all tokens but the last.</param>
/// <param name="PromptTokens">How many of <paramref name="Ids"/> belong to the prompt.</param>
/// <param name="Continuations">Continuations that differ only in their last token.</param>
/// <param name="Adapter">The adapter to run; null for the base model and for a version that was never trained.</param>
internal sealed record ScoredText(
    int Row,
    IReadOnlyList<int> Ids,
    int PromptTokens,
    IReadOnlyList<ScoredContinuation> Continuations,
    AdapterSource? Adapter)
{
    /// <summary>Why it could not be computed; null if it could. Only its own row fails.</summary>
    public Rejection? Failure { get; set; }
}
