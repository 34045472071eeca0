namespace CoLA.Core.Sequences;

/// <summary>Why a row ended.</summary>
public enum FinishReason
{
    /// <summary>The model generated an end-of-sequence token.</summary>
    Stop,

    /// <summary>One of the row's stop strings appeared. The text ends before it.</summary>
    StopString,

    /// <summary>The row reached max_tokens or the end of the model's context.</summary>
    Length,

    /// <summary>The row could not start or could not continue. Other rows of the call are not affected.</summary>
    Failed,
}
