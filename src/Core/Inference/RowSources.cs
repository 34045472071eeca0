using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Inference;

/// <summary>Finds what rows run on.</summary>
internal sealed class RowSources(TaskCatalog tasks, ArtifactStore artifacts, WorkingCopies copies)
{
    /// <summary>The key of what was found, 0 for the base, and its adapter, null for the base and for what computes it.</summary>
    /// <exception cref="Rejections.Rejection">It is not there, or the caller may not generate with it.</exception>
    public async ValueTask<(long Key, AdapterSource? Adapter)> OfAsync(TenantId caller, ModelSource source, CancellationToken cancellation)
    {
        if (source.Task is not { } task)
        {
            return default;
        }

        if (source.Session is { } session)
        {
            var copy = await copies.SourceAsync(caller, session, task, cancellation).ConfigureAwait(false);
            return (copy.Version.Key, copy);
        }

        var version = await tasks.ResolveAsync(caller, task, source.Version, cancellation).ConfigureAwait(false);
        return (version.Key, AdapterSource.Of(version, artifacts));
    }
}
