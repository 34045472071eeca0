namespace CoLA.Core.Inference;

/// <summary>Continuations of one prompt that are to be scored.</summary>
/// <param name="Source">What it runs on.</param>
/// <param name="Prompt">What all continuations follow.</param>
/// <param name="Continuations">At least one.</param>
public sealed record ScoreRow(ModelSource Source, Prompt Prompt, IReadOnlyList<Continuation> Continuations);

/// <summary>A continuation, as text (tokenised without special tokens) or as token ids.</summary>
public abstract record Continuation;

/// <summary>Plain text.</summary>
public sealed record TextContinuation(string Text) : Continuation;

/// <summary>Token ids, taken as they are.</summary>
public sealed record TokenContinuation(IReadOnlyList<int> Ids) : Continuation;
