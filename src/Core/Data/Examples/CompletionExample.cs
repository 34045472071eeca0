namespace CoLA.Core.Data.Examples;

/// <summary>A prompt and its completion; the loss falls on the completion and the end-of-sequence token after it.</summary>
public sealed record CompletionExample(string Prompt, string Completion) : Example;
