namespace CoLA.Core.Tokens.Chat;

/// <summary>One turn of a conversation: who speaks (system, user, assistant, ...) and what.</summary>
public sealed record ChatMessage(string Role, string Content);
