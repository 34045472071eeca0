namespace CoLA.Core.Sequences;

/// <summary>News of one row.</summary>
/// <param name="Row">Which row of the call.</param>
/// <param name="Text">Text that became certain: whole characters, and no beginning of a stop string.</param>
/// <param name="Tokens">The tokens it came with.</param>
/// <param name="Finish">Set on a row's last event.</param>
public sealed record GenerationEvent(int Row, string Text, IReadOnlyList<GeneratedToken> Tokens, Finish? Finish);
