using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;

namespace CoLA.Core.Adapters;

/// <summary>Where the matrices of a task version come from, should they not be resident.</summary>
internal sealed class AdapterSource
{
    private AdapterSource(TaskVersionSnapshot version, ArtifactStore artifacts)
    {
        Version = version;
        Artifacts = artifacts;
    }

    public TaskVersionSnapshot Version { get; }

    public ArtifactStore Artifacts { get; }

    /// <summary>Whether the version was let go of since the caller named it: the store has removed its files itself.</summary>
    public bool IsGone => Artifacts.HasRemoved(Version.Heads!) || Artifacts.HasRemoved(Version.PoolVersion.Artifact);

    /// <summary>Null for a version that was never trained: it computes the base model.</summary>
    public static AdapterSource? Of(TaskVersionSnapshot version, ArtifactStore artifacts) =>
        version.Heads is null ? null : new AdapterSource(version, artifacts);
}
