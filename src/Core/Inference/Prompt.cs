using CoLA.Core.Tokens.Chat;

namespace CoLA.Core.Inference;

/// <summary>What a row begins with.</summary>
public abstract record Prompt;

/// <summary>Plain text, tokenised with the tokenizer's special tokens.</summary>
public sealed record TextPrompt(string Text) : Prompt;

/// <summary>A conversation, rendered by the model's chat template up to the assistant's next turn.</summary>
public sealed record ChatPrompt(IReadOnlyList<ChatMessage> Messages) : Prompt;

/// <summary>Token ids, taken as they are.</summary>
public sealed record TokenPrompt(IReadOnlyList<int> Ids) : Prompt;
