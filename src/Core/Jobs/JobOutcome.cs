using CoLA.Core.Catalog;

namespace CoLA.Core.Jobs;

/// <summary>How a job ended.</summary>
/// <param name="Failure">Why it failed; null where it did not.</param>
/// <param name="Publication">What it published; null where nothing was.</param>
/// <param name="StoppedEarly">The held-out loss did not improve any more.</param>
public sealed record JobOutcome(string? Failure = null, Publication? Publication = null, bool StoppedEarly = false);
