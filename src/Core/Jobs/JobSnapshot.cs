using CoLA.Core.Artifacts;
using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>A job as it stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Plan">What it does.</param>
/// <param name="State">Where it is.</param>
/// <param name="Progress">How far it has come.</param>
/// <param name="Outcome">How it ended; null until then.</param>
/// <param name="Created">When it was submitted.</param>
/// <param name="Started">When it was first run; null while it waits.</param>
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

    /// <summary>The session that it trains in; null before that is open and after it is closed.</summary>
    internal SessionName? Session { get; init; }

    /// <summary>Its examples; null once it has ended.</summary>
    internal Artifact? Data { get; init; }
}
