namespace CoLA.Core.Sequences;

/// <summary>One token of an answer.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="LogProbability">Natural logarithm of its probability under the raw logits; null if not requested.</param>
/// <param name="Top">The most probable tokens at this position, most probable first; as many as were requested.</param>
public sealed record GeneratedToken(int Id, float? LogProbability, IReadOnlyList<TokenLogProbability> Top);
