namespace CoLA.Core.Telemetry;

/// <summary>The outcome of a generated row, in ids and counts.</summary>
/// <param name="Tenant">The tenant that called.</param>
/// <param name="Task">The task's name; null for the base model.</param>
/// <param name="Timing">Times of its arrival, admission, first and last token.</param>
/// <param name="PromptTokens">Number of prompt tokens.</param>
/// <param name="CompletionTokens">Number of generated tokens.</param>
/// <param name="Reason">Finish reason; null if the row failed.</param>
/// <param name="Error">Kind of the error; null if the row did not fail.</param>
internal readonly record struct RowOutcome(
    string Tenant,
    string? Task,
    RowTiming Timing,
    int PromptTokens,
    int CompletionTokens,
    string? Reason,
    string? Error);
