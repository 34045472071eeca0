namespace CoLA.Core.Tokens.Chat;

/// <summary>One turn of a conversation.</summary>
/// <param name="Role">The speaker: system, user, assistant and so on.</param>
/// <param name="Content">The text.</param>
public sealed record ChatMessage(string Role, string Content);
