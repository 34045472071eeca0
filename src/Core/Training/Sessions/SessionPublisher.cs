using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Residency;
using CoLA.Core.Training.State;

namespace CoLA.Core.Training.Sessions;

/// <summary>
/// Makes versions of what a session has trained. It knows nothing of sequence numbers and request ids that were seen before,
/// and relies on the session's gate: no other call changes the weights meanwhile.
/// </summary>
internal sealed class SessionPublisher(SessionCatalog catalog, ArtifactStore artifacts, Engine.Engine engine, AdapterRenewal renewal)
{
    /// <summary>Writes the weights to files, records the new versions, and replaces older ones that are resident.</summary>
    /// <param name="mutation">Who publishes, under which request id.</param>
    /// <param name="session">The session's record.</param>
    /// <param name="tensors">Its working copies.</param>
    /// <param name="spec">What becomes of the versions.</param>
    /// <param name="cancellation">Ends the wait for the registry.</param>
    public async Task<Publication> PublishAsync(
        Mutation mutation, SessionSnapshot session, SessionTensors tensors, PublishSpec spec, CancellationToken cancellation)
    {
        var (weights, resident) = await engine.CallAsync(() => (PublishedWeights.Of(session, tensors), renewal.Awaited(tensors.Tasks.Keys)))
            .ConfigureAwait(false);
        using (weights)
        {
            using var renewed = Renewed(session, tensors, weights, resident);
            var (pool, heads) = await WriteAsync(weights, renewed).ConfigureAwait(false);
            var publication = await catalog.RecordPublicationAsync(
                mutation, session.Name, pool, heads, spec.Serve, spec.MakeCurrent, cancellation).ConfigureAwait(false);
            await renewal.RenewAsync(mutation.Tenant, publication, renewed).ConfigureAwait(false);
            return publication;
        }
    }

    /// <summary>The new heads of tasks that are resident: they are replaced from memory, without reading the files back.</summary>
    private RenewedAdapters Renewed(SessionSnapshot session, SessionTensors tensors, PublishedWeights weights, IReadOnlySet<TaskName> resident) => new(
        engine.Model.Config,
        session.PoolSpec,
        weights.Pool,
        session.PoolTrainable,
        [.. weights.Heads.Where(task => resident.Contains(task.Key)).Select(task => (task.Key, tensors.Tasks[task.Key].Spec, task.Value))]);

    /// <summary>One file for each task, and one for A where the session has trained it. Heads are folded while the disk writes.</summary>
    private async Task<(Artifact? Pool, IReadOnlyDictionary<TaskName, Artifact> Heads)> WriteAsync(PublishedWeights weights, RenewedAdapters renewed)
    {
        var folded = Task.Run(renewed.Fold);
        var written = artifacts.WriteAllAsync(
        [
            .. weights.Heads.Values.Select(heads => (Action<Stream>)(stream => AdapterFiles.WriteHeads(stream, heads))),
            .. weights.PoolIsTrained ? (Action<Stream>[])[stream => AdapterFiles.WritePool(stream, new PoolMatrices(weights.Pool, null))] : [],
        ]);
        await Task.WhenAll(written, folded).ConfigureAwait(false);
        var files = await written.ConfigureAwait(false);
        return (weights.PoolIsTrained ? files[^1] : null, weights.Heads.Keys.Zip(files).ToDictionary(task => task.First, task => task.Second));
    }
}
