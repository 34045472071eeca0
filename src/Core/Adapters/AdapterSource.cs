using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;

namespace CoLA.Core.Adapters;

/// <summary>Where the matrices of a task version come from, should they not be resident.</summary>
internal sealed class AdapterSource
{
    private AdapterSource(TaskVersionSnapshot version, ArtifactStore artifacts, WorkingMatrices? working)
    {
        Working = working;
        Version = version;
        Artifacts = artifacts;
    }

    public TaskVersionSnapshot Version { get; }

    public ArtifactStore Artifacts { get; }

    /// <summary>A session's weights, which no file holds; null for a version.</summary>
    public WorkingMatrices? Working { get; }

    /// <summary>Whether the version was let go of since the caller named it: the store has removed its files itself.</summary>
    public bool IsGone => Working is null && (Artifacts.HasRemoved(Version.Heads!) || Artifacts.HasRemoved(Version.PoolVersion.Artifact));

    /// <summary>Null for a version that was never trained: it computes the base model.</summary>
    public static AdapterSource? Of(TaskVersionSnapshot version, ArtifactStore artifacts) =>
        version.Heads is null ? null : new AdapterSource(version, artifacts, null);

    /// <summary>A working copy, under a key that no version and no other state of it has.</summary>
    public static AdapterSource Of(TaskVersionSnapshot version, WorkingMatrices working, ArtifactStore artifacts) =>
        new(version, artifacts, working);
}
