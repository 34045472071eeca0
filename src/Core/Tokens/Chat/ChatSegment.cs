namespace CoLA.Core.Tokens.Chat;

/// <summary>A segment of a rendered conversation.</summary>
/// <param name="Text">The text, markers included.</param>
/// <param name="IsAssistant">Whether the model would generate it: an assistant's turn, including its end-of-turn marker.</param>
public sealed record ChatSegment(string Text, bool IsAssistant);
