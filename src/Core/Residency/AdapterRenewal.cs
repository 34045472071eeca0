using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Core.Residency;

/// <summary>
/// Hands the bank what was just published, for tasks that it holds an older version of: who generates with them next does
/// not wait for files to be read back that were in memory a moment ago.
/// </summary>
internal sealed class AdapterRenewal(TaskCatalog tasks, ArtifactStore artifacts, Engine.Engine engine, AdapterBank bank)
{
    /// <summary>Those of the tasks that the bank holds some version of; for the engine's thread.</summary>
    public IReadOnlySet<TaskName> Awaited(IEnumerable<TaskName> published) => published.Where(bank.HoldsAnyOf).ToHashSet();

    /// <param name="publisher">Who published.</param>
    /// <param name="publication">What.</param>
    /// <param name="renewed">The weights of those of its tasks that are to be brought.</param>
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
            // Published it is. What was deleted meanwhile nobody asks for, and what the publisher may not generate with is read when others ask.
        }
    }
}
