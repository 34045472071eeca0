using System.Runtime.CompilerServices;

namespace CoLA.Core.Jobs;

/// <summary>What a job that has not ended has to tell, and who listens: each watcher hears everything in its order, at its own pace.</summary>
internal sealed class JobJournal(JobSnapshot job, IReadOnlyList<JobEvent> events)
{
    private readonly Lock _lock = new();
    private readonly List<JobEvent> _events = [.. events];
    private JobSnapshot _job = job;
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many of the events are kept on the disk.</summary>
    public int Kept { get; private set; } = events.Count;

    /// <summary>The job as it stands.</summary>
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

    /// <summary>Events that are not kept yet.</summary>
    public IReadOnlyList<JobEvent> Unkept => _events[Kept..];

    public void Add(JobEvent news)
    {
        lock (_lock)
        {
            _events.Add(news);
            Tell(_job with { Progress = _job.Progress.After(news) });
        }
    }

    /// <summary>The job stands elsewhere.</summary>
    public void Change(JobSnapshot job)
    {
        lock (_lock)
        {
            Tell(job);
        }
    }

    /// <summary>All events are on the disk.</summary>
    public void MarkKept(JobSnapshot job)
    {
        Kept = _events.Count;
        Change(job);
    }

    /// <summary>A restart goes on from here.</summary>
    public void MarkSaved(int step)
    {
        lock (_lock)
        {
            Tell(_job with { Progress = _job.Progress with { CheckpointStep = step } });
        }
    }

    /// <summary>The job as it stands, the events behind <paramref name="after"/>, and what comes, until the job has ended.</summary>
    public async IAsyncEnumerable<JobNews> WatchAsync(long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        JobState? told = null;
        var at = (int)Math.Clamp(after, 0, int.MaxValue);
        while (true)
        {
            JobSnapshot job;
            JobEvent[] news;
            Task more;
            lock (_lock)
            {
                job = _job;
                news = [.. _events.Skip(at)];
                more = _news.Task;
            }

            if (told != job.State && !job.HasEnded)
            {
                told = job.State;
                yield return new JobNews(at, job, null);
            }

            foreach (var item in news)
            {
                yield return new JobNews(++at, null, item);
            }

            if (job.HasEnded)
            {
                yield return new JobNews(at, job, null);
                yield break;
            }

            await more.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    private void Tell(JobSnapshot job)
    {
        _job = job;
        var told = _news;
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        told.SetResult();
    }
}
