using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Rejections;
using CoLA.Core.Tenancy;

namespace CoLA.Core.Adapters;

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
    /// <param name="awaited">The weights of those of its tasks that are to be brought.</param>
    public async Task RenewAsync(TenantId publisher, Publication publication, IReadOnlyDictionary<TaskName, WorkingMatrices> awaited)
    {
        try
        {
            var sources = publication.Tasks.Select(task => task.Version).Where(version => awaited.ContainsKey(version.Task)).Select(version =>
                AdapterSource.Of(tasks.Resolve(publisher, version.Task, version.Number), awaited[version.Task], artifacts)).ToList();
            await engine.CallAsync(() =>
            {
                sources.ForEach(bank.Bring);
                return true;
            }).ConfigureAwait(false);
        }
        catch (Rejection)
        {
            // Published it is. What was deleted meanwhile nobody asks for, and what the publisher may not generate with is read when others ask.
        }
    }
}
