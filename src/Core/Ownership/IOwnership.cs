using CoLA.Core.Naming;

namespace CoLA.Core.Ownership;

/// <summary>
/// What this process looks after, of all that the registry and the artifact storage hold. Nothing may have two owners at
/// one time. Thread-safe.
/// </summary>
internal interface IOwnership
{
    /// <summary>Whether this process removes artifacts that nothing names.</summary>
    bool CollectsArtifacts { get; }

    /// <summary>Whether this process holds the session's tensors, sets the session back at the start, and lets it expire.</summary>
    bool Owns(SessionName session);

    /// <summary>Whether this process runs the job, and takes it up at the start.</summary>
    bool Owns(JobName job);
}
