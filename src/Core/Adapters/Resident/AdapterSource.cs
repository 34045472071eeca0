using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;

namespace CoLA.Core.Adapters.Resident;

/// <summary>Where the matrices of a task version come from, should they not be resident.</summary>
/// <param name="Version">The task version.</param>
/// <param name="Artifacts">Where its files are.</param>
internal sealed record AdapterSource(TaskVersionSnapshot Version, ArtifactStore Artifacts)
{
    /// <summary>A session's heads, which no file holds; null for a version.</summary>
    public WorkingMatrices? WorkingHeads { get; init; }

    /// <summary>A session's A that is to be taken from memory; null for the pool version's file.</summary>
    public WorkingMatrices? WorkingPool { get; init; }

    /// <summary>Whether the version was let go of since the caller named it: the store has removed its files itself.</summary>
    public bool IsGone => WorkingHeads is null && (Artifacts.HasRemoved(Version.Heads!) || Artifacts.HasRemoved(Version.PoolVersion.Artifact));

    /// <summary>Null for a version that was never trained: it computes the base model.</summary>
    public static AdapterSource? Of(TaskVersionSnapshot version, ArtifactStore artifacts) =>
        version.Heads is null ? null : new AdapterSource(version, artifacts);
}
