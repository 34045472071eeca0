using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Inference;

/// <summary>Finds the adapter that a row runs on, and checks that the caller may use it.</summary>
internal sealed class RowSources(TaskCatalog tasks, ArtifactStore artifacts, WorkingCopies copies)
{
    /// <summary>
    /// The key of the task version (0 for the base model) and its adapter. The adapter is null for the base model and for a
    /// version that was never trained, because such a version computes the base model.
    /// </summary>
    /// <exception cref="Rejections.Rejection">The task, version or session does not exist, or the caller may not generate with it.</exception>
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
