using CoLA.Core.Tokens.Chat;

namespace CoLA.Core.Inference;

/// <summary>The input that a row starts from: text, a conversation or token ids.</summary>
public abstract record Prompt;

/// <summary>Plain text. It is encoded with the tokenizer's special tokens.</summary>
public sealed record TextPrompt(string Text) : Prompt;

/// <summary>A conversation. The model's chat template renders it and opens the assistant's next turn.</summary>
public sealed record ChatPrompt(IReadOnlyList<ChatMessage> Messages) : Prompt;

/// <summary>Token ids. They are used unchanged.</summary>
public sealed record TokenPrompt(IReadOnlyList<int> Ids) : Prompt;
