using CoLA.Core.Tokens.Chat;

namespace CoLA.Core.Data.Examples;

/// <summary>A conversation, rendered through the chat template; the loss falls on the assistant's turns.</summary>
public sealed record ChatExample(IReadOnlyList<ChatMessage> Messages) : Example;
