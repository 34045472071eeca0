using CoLA.Core.Rejections;
using CoLA.Core.Sequences;

namespace CoLA.Core.Inference;

/// <summary>The scores of one row.</summary>
/// <param name="Continuations">Each continuation's tokens and their log-probabilities, in the order asked; empty where the row failed.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="Failure">Why the row failed; null where it did not.</param>
public sealed record RowScore(IReadOnlyList<ContinuationScore> Continuations, int PromptTokens, Rejection? Failure)
{
    /// <summary>Index of the most probable continuation, the first of equals; -1 where the row failed.</summary>
    public int Best => Continuations.Count == 0
        ? -1
        : Continuations.Index().MaxBy(scored => scored.Item.LogProbability).Index;
}

/// <summary>A continuation's tokens with their log-probabilities, each given the prompt and the tokens before it.</summary>
public sealed record ContinuationScore(IReadOnlyList<TokenLogProbability> Tokens)
{
    /// <summary>Sum over the tokens: the continuation's log-probability.</summary>
    public double LogProbability => Tokens.Sum(token => (double)token.LogProbability);
}
