using CoLA.Core.Rejections;
using CoLA.Core.Sequences;

namespace CoLA.Core.Inference;

/// <summary>The scores of one row.</summary>
/// <param name="Continuations">One score per continuation, in the order of the request; empty if the row failed.</param>
/// <param name="PromptTokens">Number of prompt tokens.</param>
/// <param name="Failure">Why the row failed; null if it did not.</param>
public sealed record RowScore(IReadOnlyList<ContinuationScore> Continuations, int PromptTokens, Rejection? Failure)
{
    /// <summary>Index of the most probable continuation; the first of equal ones; -1 if the row failed.</summary>
    public int Best => Continuations.Count == 0
        ? -1
        : Continuations.Index().MaxBy(scored => scored.Item.LogProbability).Index;
}

/// <summary>Score of one continuation.</summary>
/// <param name="Tokens">Its tokens, each with its log-probability given the prompt and the tokens before it.</param>
public sealed record ContinuationScore(IReadOnlyList<TokenLogProbability> Tokens)
{
    /// <summary>Log-probability of the continuation in nats: the sum over its tokens.</summary>
    public double LogProbability => Tokens.Sum(token => (double)token.LogProbability);
}
