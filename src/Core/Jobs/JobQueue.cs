using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>
/// Which job runs next. At most <paramref name="maximum"/> jobs run at once, and never two that train the same task. Of the
/// jobs that wait, one that had begun before a restart goes first; then one of the tenant with the fewest running jobs; then
/// one of the tenant whose last turn is longest ago; then the oldest.
/// </summary>
/// <param name="maximum">The most jobs that run at once.</param>
/// <param name="run">Runs a job to its end.</param>
internal sealed class JobQueue(int maximum, Func<LiveJob, CancellationToken, Task> run) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<JobName, LiveJob> _jobs = [];
    private readonly List<LiveJob> _waiting = [];
    private readonly Dictionary<LiveJob, Task> _running = [];
    private readonly Dictionary<TenantId, long> _turns = [];
    private readonly CancellationTokenSource _stop = new();
    private long _turn;
    private bool _stopped;

    public LiveJob? Find(JobName name)
    {
        lock (_lock)
        {
            return _jobs.GetValueOrDefault(name);
        }
    }

    public void Add(LiveJob job)
    {
        lock (_lock)
        {
            // A repeated submission finds its job here already.
            if (_jobs.TryAdd(job.Name, job))
            {
                _waiting.Add(job);
                StartNext();
            }
        }
    }

    /// <summary>Removes a job that still waits; false if it runs.</summary>
    public bool TryRemove(LiveJob job)
    {
        lock (_lock)
        {
            return _waiting.Remove(job) && _jobs.Remove(job.Name);
        }
    }

    /// <summary>Stops the running jobs at once and waits until they have stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_lock)
        {
            _stopped = true;
            _stop.Cancel();
            running = [.. _running.Values];
        }

        await Task.WhenAll(running).ConfigureAwait(false);
        _stop.Dispose();
    }

    private void StartNext()
    {
        while (!_stopped && _running.Count < maximum && Next() is { } job)
        {
            _waiting.Remove(job);
            _turns[job.Name.Tenant] = ++_turn;
            _running.Add(job, Task.Run(() => RunAsync(job)));
        }
    }

    private async Task RunAsync(LiveJob job)
    {
        await run(job, _stop.Token).ConfigureAwait(false);
        lock (_lock)
        {
            _running.Remove(job);
            _jobs.Remove(job.Name);
            StartNext();
        }
    }

    private LiveJob? Next()
    {
        var taken = _running.Keys.SelectMany(job => job.Tasks).ToHashSet();
        var free = new List<LiveJob>();
        foreach (var job in _waiting)
        {
            if (!taken.Overlaps(job.Tasks))
            {
                free.Add(job);
            }

            taken.UnionWith(job.Tasks);
        }

        return free.MinBy(job => (
            job.Journal.Job.Session is null,
            _running.Keys.Count(other => other.Name.Tenant == job.Name.Tenant),
            _turns.GetValueOrDefault(job.Name.Tenant)));
    }
}
