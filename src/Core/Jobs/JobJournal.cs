using System.Runtime.CompilerServices;

namespace CoLA.Core.Jobs;

/// <summary>
/// The state and the events of a job that has not ended, and its watchers. Each watcher gets every event in order, at its own
/// pace. Events are written to the registry by whoever runs the job.
/// </summary>
internal sealed class JobJournal(JobSnapshot job, IReadOnlyList<JobEvent> storedEvents)
{
    private readonly Lock _lock = new();
    private readonly List<JobEvent> _events = [.. storedEvents];
    private JobSnapshot _job = job;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many of the events the registry has.</summary>
    public int StoredCount { get; private set; } = storedEvents.Count;

    /// <summary>The job as it is now.</summary>
    public JobSnapshot Job
    {
        get
        {
            lock (_lock)
            {
                return _job;
            }
        }
    }

    public JobEvent? Last => _events.Count == 0 ? null : _events[^1];

    /// <summary>Events that the registry does not have yet.</summary>
    public IReadOnlyList<JobEvent> NotStored => _events[StoredCount..];

    /// <summary>Adds an event, and what follows from it to the job's progress.</summary>
    public void Add(JobEvent news)
    {
        lock (_lock)
        {
            _events.Add(news);
            Notify(_job with { Progress = _job.Progress.After(news) });
        }
    }

    /// <summary>Replaces the job's state.</summary>
    public void Change(JobSnapshot job)
    {
        lock (_lock)
        {
            Notify(job);
        }
    }

    /// <summary>The registry has all events, and <paramref name="job"/> is the job's state.</summary>
    public void MarkStored(JobSnapshot job)
    {
        StoredCount = _events.Count;
        Change(job);
    }

    /// <summary>The session was saved after <paramref name="step"/>: a restart continues from there.</summary>
    public void MarkCheckpoint(int step)
    {
        lock (_lock)
        {
            Notify(_job with { Progress = _job.Progress with { CheckpointStep = step } });
        }
    }

    /// <summary>The job's state, the events with numbers above <paramref name="after"/>, and all later news, until the job has ended.</summary>
    public async IAsyncEnumerable<JobNews> WatchAsync(long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        JobState? reported = null;
        var at = (int)Math.Clamp(after, 0, int.MaxValue);
        while (true)
        {
            JobSnapshot job;
            JobEvent[] events;
            Task changed;
            lock (_lock)
            {
                job = _job;
                events = [.. _events.Skip(at)];
                changed = _changed.Task;
            }

            if (reported != job.State && !job.HasEnded)
            {
                reported = job.State;
                yield return new JobNews(at, job, null);
            }

            foreach (var item in events)
            {
                yield return new JobNews(++at, null, item);
            }

            if (job.HasEnded)
            {
                yield return new JobNews(at, job, null);
                yield break;
            }

            await changed.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private void Notify(JobSnapshot job)
    {
        _job = job;
        var changed = _changed;
        _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        changed.SetResult();
    }
}
