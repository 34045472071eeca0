namespace CoLA.Core.Inference;

/// <summary>A request to score continuations of one prompt.</summary>
/// <param name="Source">The base model or task version to run.</param>
/// <param name="Prompt">The prompt that all continuations follow.</param>
/// <param name="Continuations">At least one.</param>
public sealed record ScoreRow(ModelSource Source, Prompt Prompt, IReadOnlyList<Continuation> Continuations);

/// <summary>A continuation of a prompt, as text or as token ids.</summary>
public abstract record Continuation;

/// <summary>Plain text. It is encoded without special tokens.</summary>
public sealed record TextContinuation(string Text) : Continuation;

/// <summary>Token ids. They are used unchanged.</summary>
public sealed record TokenContinuation(IReadOnlyList<int> Ids) : Continuation;
