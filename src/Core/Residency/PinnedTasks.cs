using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Adapters.Resident;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Core.Residency;

/// <summary>
/// Keeps the served versions of the tasks that the operator pinned on the device. It refreshes at start-up and after every
/// change of the registry, so it follows switches of versions and finds tasks that are registered later.
/// </summary>
internal sealed class PinnedTasks(
    IReadOnlyList<TaskName> names, TaskCatalog tasks, ArtifactStore artifacts, Engine.Engine engine, AdapterBank bank)
{
    private int _asked;

    /// <summary>Pinned tasks that do not exist yet, or that this base model cannot serve.</summary>
    public IReadOnlyList<TaskName> Missing { get; private set; } = [];

    /// <summary>
    /// Starts to look up what each task serves now, and does not wait for it. Any thread may call it; calls during a lookup
    /// are combined into one more lookup.
    /// </summary>
    public void Refresh()
    {
        if (names.Count > 0 && Interlocked.Increment(ref _asked) == 1)
        {
            _ = Task.Run(RefreshAsync);
        }
    }

    private async Task RefreshAsync()
    {
        int answered;
        do
        {
            answered = Volatile.Read(ref _asked);
            try
            {
                var sources = new Dictionary<TaskName, TaskVersionSnapshot?>();
                foreach (var name in names)
                {
                    sources.Add(name, await FindAsync(name).ConfigureAwait(false));
                }

                Missing = [.. sources.Where(source => source.Value is null).Select(source => source.Key)];
                await engine.CallAsync(() => Pin(sources)).ConfigureAwait(false);
            }
            catch (Exception stopped) when (stopped is PreconditionRejection or ObjectDisposedException)
            {
                return; // the engine has stopped, or the registry is closed
            }
        }
        while (Interlocked.Add(ref _asked, -answered) > 0);
    }

    /// <summary>The version that a task serves; null if the task does not exist.</summary>
    private async Task<TaskVersionSnapshot?> FindAsync(TaskName name)
    {
        try
        {
            return await tasks.ResolveAsync(name.Tenant, name, null, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Rejection)
        {
            return null;
        }
    }

    private bool Pin(Dictionary<TaskName, TaskVersionSnapshot?> sources)
    {
        foreach (var (name, version) in sources)
        {
            // A version that was never trained computes the base model and needs no memory.
            if (version is not null && AdapterSource.Of(version, artifacts) is { } source)
            {
                bank.Pin(source);
            }
            else
            {
                bank.Unpin(name);
            }
        }

        return true;
    }
}
