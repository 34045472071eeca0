using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;

namespace CoLA.Core.Adapters.Resident;

/// <summary>Where the matrices of a task version are loaded from when they are not resident.</summary>
/// <param name="Version">The task version.</param>
/// <param name="Artifacts">The store of its files.</param>
internal sealed record AdapterSource(TaskVersionSnapshot Version, ArtifactStore Artifacts)
{
    /// <summary>The heads of a session's working copy, which no file holds; null for a published version.</summary>
    public WorkingMatrices? WorkingHeads { get; init; }

    /// <summary>The A matrices of a session's working copy; null to load the pool version's file.</summary>
    public WorkingMatrices? WorkingPool { get; init; }

    /// <summary>Whether the store has removed a file of the version, because it was deleted in the meantime.</summary>
    public bool IsGone => WorkingHeads is null && (Artifacts.HasRemoved(Version.Heads!) || Artifacts.HasRemoved(Version.PoolVersion.Artifact));

    /// <summary>The source of a version; null for a version that was never trained, because it computes the base model.</summary>
    public static AdapterSource? Of(TaskVersionSnapshot version, ArtifactStore artifacts) =>
        version.Heads is null ? null : new AdapterSource(version, artifacts);
}
