using CoLA.Core.Naming;

namespace CoLA.Core.Jobs;

/// <summary>
/// Whose turn it is. A bounded number of jobs runs; of those that wait, first one that has begun before a restart, then one
/// of the tenant that has fewest running and had its turn longest ago, in the order in which they came. No two jobs run
/// that train the same task.
/// </summary>
internal sealed class JobQueue(int most, Func<LiveJob, CancellationToken, Task> run) : IAsyncDisposable
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
            // A submission that is sent again finds its job here.
            if (_jobs.TryAdd(job.Name, job))
            {
                _waiting.Add(job);
                StartNext();
            }
        }
    }

    /// <summary>Takes a job out that still waits; false where it runs.</summary>
    public bool TryTake(LiveJob job)
    {
        lock (_lock)
        {
            return _waiting.Remove(job) && _jobs.Remove(job.Name);
        }
    }

    /// <summary>Stops what runs where it stands.</summary>
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
        while (!_stopped && _running.Count < most && Next() is { } job)
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
