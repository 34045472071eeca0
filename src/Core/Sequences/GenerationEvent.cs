namespace CoLA.Core.Sequences;

/// <summary>New output of one row.</summary>
/// <param name="Row">Index of the row in the call, from 0.</param>
/// <param name="Text">
/// New text. It holds whole characters only, and it holds back what could be the start of a stop string; it may be empty.
/// </param>
/// <param name="Tokens">The tokens generated since the previous event.</param>
/// <param name="Finish">How the row ended; null except in the row's last event.</param>
public sealed record GenerationEvent(int Row, string Text, IReadOnlyList<GeneratedToken> Tokens, Finish? Finish);
