namespace CoLA.Core.Data;

/// <summary>The most probable of the given continuations is the right one.</summary>
/// <param name="Continuations">As they follow the prompt, with their leading space where they have one.</param>
/// <param name="Answer">Index of the right continuation.</param>
public sealed record Choice(IReadOnlyList<string> Continuations, int Answer) : Judgement;
