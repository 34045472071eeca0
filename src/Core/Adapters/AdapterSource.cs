using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;

namespace CoLA.Core.Adapters;

/// <summary>Where the matrices of a task version come from, should they not be resident.</summary>
internal sealed class AdapterSource
{
    private readonly ArtifactStore _artifacts;
    private readonly Lazy<(string Heads, string Pool, string? Initial)> _paths;

    private AdapterSource(TaskVersionSnapshot version, ArtifactStore artifacts)
    {
        Version = version;
        _artifacts = artifacts;
        _paths = new(() => (
            artifacts.Open(version.Heads!),
            artifacts.Open(version.PoolVersion.Artifact),
            version.PoolVersion.Initial is { } initial ? artifacts.Open(initial) : null));
    }

    public TaskVersionSnapshot Version { get; }

    /// <summary>Whether the version was let go of since the caller named it: its files are not there any more.</summary>
    public bool IsGone => !_artifacts.Contains(Version.Heads!) || !_artifacts.Contains(Version.PoolVersion.Artifact);

    /// <summary>The files, their SHA-256 checked at first use.</summary>
    /// <exception cref="Rejections.DamagedFileRejection">A file is missing or not what was written.</exception>
    public (string Heads, string Pool, string? Initial) Paths => _paths.Value;

    /// <summary>
    /// Null for a version that was never trained: it computes the base model. The files of one that is not resident are
    /// checked here, on the caller's thread, so that the engine does not stand still for it.
    /// </summary>
    /// <exception cref="Rejections.DamagedFileRejection">A file is missing or not what was written.</exception>
    public static AdapterSource? Of(TaskVersionSnapshot version, ArtifactStore artifacts, AdapterBank bank)
    {
        if (version.Heads is null)
        {
            return null;
        }

        var source = new AdapterSource(version, artifacts);
        if (!bank.IsResident(version))
        {
            _ = source.Paths;
        }

        return source;
    }
}
