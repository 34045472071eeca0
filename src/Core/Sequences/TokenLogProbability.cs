namespace CoLA.Core.Sequences;

/// <summary>Natural logarithm of a token's probability under the raw logits, before temperature and penalties.</summary>
public sealed record TokenLogProbability(int Id, float LogProbability);
