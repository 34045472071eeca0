namespace CoLA.Core.Sequences;

/// <summary>One token of an answer.</summary>
/// <param name="Id">Its id.</param>
/// <param name="LogProbability">Under the raw logits; null where it was not asked for.</param>
/// <param name="Top">The most probable tokens at this place, the best first; as many as were asked for.</param>
public sealed record GeneratedToken(int Id, float? LogProbability, IReadOnlyList<TokenLogProbability> Top);
