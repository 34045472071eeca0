using CoLA.Core.Tokens;

namespace CoLA.Core.Data;

/// <summary>A conversation, rendered through the chat template; the loss falls on the assistant's turns.</summary>
public sealed record ChatExample(IReadOnlyList<ChatMessage> Messages) : Example;
