namespace CoLA.Core.Data;

/// <summary>The greedy continuation of the prompt, up to the end of the sequence, is exactly <paramref name="Answer"/>.</summary>
public sealed record ExactMatch(string Answer) : Judgement;
