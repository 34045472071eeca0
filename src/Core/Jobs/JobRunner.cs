using CoLA.Core.Artifacts;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>Runs jobs when their turn comes, records how they end, and frees their tasks.</summary>
internal sealed class JobRunner : IAsyncDisposable
{
    private const string Unexpected = "the server failed; its log says why";

    private readonly JobCatalog _catalog;
    private readonly JobQueue _queue;
    private readonly ArtifactStore _artifacts;
    private readonly TrainingSessions _sessions;
    private readonly TrainingSteps _steps;
    private readonly SessionCatalog _sessionCatalog;
    private readonly TimeProvider _time;

    public JobRunner(
        JobCatalog catalog,
        int maximum,
        ArtifactStore artifacts,
        TrainingSessions sessions,
        TrainingSteps steps,
        SessionCatalog sessionCatalog,
        TimeProvider time)
    {
        _catalog = catalog;
        _queue = new JobQueue(maximum, RunAsync);
        _artifacts = artifacts;
        _sessions = sessions;
        _steps = steps;
        _sessionCatalog = sessionCatalog;
        _time = time;
    }

    /// <summary>Raised when a job failed through no fault of its tenant.</summary>
    public event Action<JobName, Exception>? Faulted;

    /// <summary>The journal of a job that waits or runs here; null for other jobs.</summary>
    public JobJournal? Find(JobName name) => _queue.Find(name)?.Journal;

    /// <summary>Queues a job.</summary>
    public void Add(JobSnapshot job) => _queue.Add(new LiveJob(new JobJournal(job, [])));

    /// <summary>Continues what was unfinished when the server stopped.</summary>
    public async Task RestoreAsync()
    {
        foreach (var job in await _catalog.ListUnfinishedAsync().ConfigureAwait(false))
        {
            if (job.HasEnded)
            {
                await ReleaseAsync(job).ConfigureAwait(false);
            }
            else
            {
                _queue.Add(new LiveJob(await RestoredAsync(job).ConfigureAwait(false)));
            }
        }
    }

    /// <summary>Stops a job that is cancelled in the catalog; its tasks are free when this completes.</summary>
    public async Task CancelAsync(JobSnapshot job, CancellationToken cancellation)
    {
        if (_queue.Find(job.Name) is not { } live)
        {
            await ReleaseAsync(job).ConfigureAwait(false);
        }
        else if (_queue.TryRemove(live))
        {
            await ReleaseAsync(live).ConfigureAwait(false);
        }
        else
        {
            live.Cancel();
            await live.Released.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Stops the running jobs at once; a restart continues them.</summary>
    public ValueTask DisposeAsync() => _queue.DisposeAsync();

    /// <summary>A journal of the stored events, up to the step at which the session stands; all of them if the training is over.</summary>
    private async Task<JobJournal> RestoredAsync(JobSnapshot job)
    {
        if (job is not { State: JobState.Running, Session: { } session }
            || await _sessionCatalog.FindAsync(job.Name.Tenant, session, CancellationToken.None).ConfigureAwait(false) is not { } found)
        {
            return new JobJournal(job, await _catalog.EventsAsync(job.Name, 0, CancellationToken.None).ConfigureAwait(false));
        }

        var step = (int)found.Stand.Sequence;
        await _catalog.DropEventsAfterAsync(job.Name, step).ConfigureAwait(false);
        var events = await _catalog.EventsAsync(job.Name, 0, CancellationToken.None).ConfigureAwait(false);
        var progress = events.Aggregate(new JobProgress(CheckpointStep: step), (progress, item) => progress.After(item));
        return new JobJournal(job with { Progress = progress }, events);
    }

    private async Task RunAsync(LiveJob job, CancellationToken stopping)
    {
        var run = new JobRun(job.Journal, CallsOf(job.Name), _catalog, _artifacts, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, job.Cancelled);
        try
        {
            var (state, outcome) = await OutcomeAsync(job, run, end.Token).ConfigureAwait(false);
            if (state == JobState.Cancelled && stopping.IsCancellationRequested && !job.Cancelled.IsCancellationRequested)
            {
                return;
            }

            await run.StoreAsync(job.Journal.Job.State).ConfigureAwait(false);
            await _catalog.EndAsync(job.Name, state, outcome).ConfigureAwait(false);
            await ReleaseAsync(job).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Not even the end could be recorded: a restart tries again.
            Faulted?.Invoke(job.Name, exception);
            job.Journal.Change(job.Journal.Job with { State = JobState.Failed, Outcome = new JobOutcome(Unexpected), Ended = _time.GetUtcNow() });
            job.Dispose();
        }
    }

    private async Task<(JobState State, JobOutcome Outcome)> OutcomeAsync(LiveJob job, JobRun run, CancellationToken cancellation)
    {
        try
        {
            return (JobState.Succeeded, await run.RunAsync(cancellation).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            return (JobState.Cancelled, new JobOutcome());
        }
        catch (Rejection rejection)
        {
            return (JobState.Failed, new JobOutcome(rejection.Message));
        }
        catch (Exception exception)
        {
            Faulted?.Invoke(job.Name, exception);
            return (JobState.Failed, new JobOutcome(Unexpected));
        }
    }

    /// <summary>Frees the tasks of a job that has ended, and then notifies its watchers.</summary>
    private async Task ReleaseAsync(LiveJob job)
    {
        var ended = await _catalog.GetAsync(job.Name.Tenant, job.Name, CancellationToken.None).ConfigureAwait(false);
        job.Journal.Change(await ReleaseAsync(ended).ConfigureAwait(false));
        job.Dispose();
    }

    private async Task<JobSnapshot> ReleaseAsync(JobSnapshot job)
    {
        if (job.Session is { } session)
        {
            await CallsOf(job.Name).CloseAsync(session).ConfigureAwait(false);
        }

        return await _catalog.ReleaseAsync(job.Name).ConfigureAwait(false);
    }

    private JobCalls CallsOf(JobName job) => new(job, _sessions, _steps, _sessionCatalog);
}
