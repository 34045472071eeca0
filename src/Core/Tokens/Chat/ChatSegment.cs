namespace CoLA.Core.Tokens.Chat;

/// <summary>A stretch of a rendered conversation.</summary>
/// <param name="Text">The text, markers included.</param>
/// <param name="IsAssistant">Whether it is what a model would have to generate: an assistant's turn up to its end-of-turn marker.</param>
public sealed record ChatSegment(string Text, bool IsAssistant);
