using CoLA.Core.Artifacts;
using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>A job at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plan">What it does.</param>
/// <param name="State">Which stage it has reached.</param>
/// <param name="Progress">How far it has come.</param>
/// <param name="Outcome">How it ended; null until then.</param>
/// <param name="Created">When it was submitted.</param>
/// <param name="Started">When it first ran; null while it waits.</param>
/// <param name="Ended">When it ended; null until then.</param>
public sealed record JobSnapshot(
    JobName Name,
    JobPlan Plan,
    JobState State,
    JobProgress Progress,
    JobOutcome? Outcome,
    DateTimeOffset Created,
    DateTimeOffset? Started,
    DateTimeOffset? Ended)
{
    public bool HasEnded => Ended is not null;

    /// <summary>The session that it trains in; null before the session is opened and after it is closed.</summary>
    internal SessionName? Session { get; init; }

    /// <summary>The file of its examples; null when it has ended.</summary>
    internal Artifact? Data { get; init; }
}
