using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Core.Residency;

/// <summary>
/// Gives the adapter bank the weights of a publication directly from memory, for tasks of which the bank holds an older
/// version. The next row of such a task does not wait until the new files are read back from disk.
/// </summary>
internal sealed class AdapterRenewal(TaskCatalog tasks, ArtifactStore artifacts, Engine.Engine engine, AdapterBank bank)
{
    /// <summary>The published tasks of which the bank holds any version. Call it on the engine's thread.</summary>
    public IReadOnlySet<TaskName> Awaited(IEnumerable<TaskName> published) => published.Where(bank.HoldsAnyOf).ToHashSet();

    /// <summary>Puts the new versions into the bank. A version that the publisher may not read, or that was deleted, is left out.</summary>
    /// <param name="publisher">The tenant that published.</param>
    /// <param name="publication">The published versions.</param>
    /// <param name="renewed">Folded weights of the tasks to put into the bank; this takes ownership of those it uses.</param>
    public async Task RenewAsync(TenantId publisher, Publication publication, RenewedAdapters renewed)
    {
        try
        {
            var sources = new List<AdapterSource>();
            foreach (var version in publication.Tasks.Select(task => task.Version).Where(version => renewed.Has(version.Task)))
            {
                var snapshot = await tasks.ResolveAsync(publisher, version.Task, version.Number, CancellationToken.None).ConfigureAwait(false);
                sources.Add(new AdapterSource(snapshot, artifacts) { WorkingPool = renewed.Pool });
            }

            await engine.CallAsync(() =>
            {
                sources.ForEach(source => bank.Preload(source, renewed.Take(source.Version.Task)));
                return true;
            }).ConfigureAwait(false);
        }
        catch (Rejection)
        {
            // The publication itself succeeded. Nobody asks for a version that was deleted meanwhile, and a version that the
            // publisher may not generate with is read from disk when another tenant asks for it.
        }
    }
}
