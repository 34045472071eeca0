namespace CoLA.Core.Sequences;

/// <summary>Why a row ended.</summary>
public enum FinishReason
{
    /// <summary>The model ended it with an end-of-sequence token.</summary>
    Stop,

    /// <summary>One of the row's stop strings appeared; it is not part of the text.</summary>
    StopString,

    /// <summary>max_tokens, or the end of the model's context.</summary>
    Length,

    /// <summary>The row could not be run, or not go on; the others are untouched.</summary>
    Failed,
}
