using CoLA.Core.Catalog.Sessions;


namespace CoLA.Core.Jobs;

/// <summary>How a job ended.</summary>
/// <param name="Failure">Why the job failed; null if it did not.</param>
/// <param name="Publication">What the job published; null if nothing.</param>
/// <param name="StoppedEarly">Whether the job stopped because the held-out loss did not improve any more.</param>
public sealed record JobOutcome(string? Failure = null, Publication? Publication = null, bool StoppedEarly = false);
