namespace CoLA.Core.Sequences;

/// <summary>A token and its log-probability.</summary>
/// <param name="Id">The token's id.</param>
/// <param name="LogProbability">Natural logarithm of its probability under the raw logits, before temperature and penalties.</param>
public sealed record TokenLogProbability(int Id, float LogProbability);
