namespace CoLA.Core.Telemetry;

/// <summary>How a row went, in ids and counts.</summary>
/// <param name="Tenant">Who called.</param>
/// <param name="Task">The task's name; null for the bare base.</param>
/// <param name="Timing">When it did what.</param>
/// <param name="PromptTokens">Tokens of its prompt.</param>
/// <param name="CompletionTokens">Tokens that were generated.</param>
/// <param name="Reason">Why it ended well; null where it did not.</param>
/// <param name="Error">What kind of thing went wrong; null where nothing did.</param>
internal readonly record struct RowOutcome(
    string Tenant,
    string? Task,
    RowTiming Timing,
    int PromptTokens,
    int CompletionTokens,
    string? Reason,
    string? Error);
