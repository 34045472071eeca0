using System.Runtime.CompilerServices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Engine;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Tenancy;
using CoLA.Core.Training;

namespace CoLA.Core.Jobs;

/// <summary>Jobs of all tenants: submitted, watched, cancelled. What a restart finds of them goes on.</summary>
public sealed class TrainingJobs : IAsyncDisposable
{
    private readonly JobCatalog _catalog;
    private readonly JobQueue _queue;
    private readonly JobDataReader _reader;
    private readonly ArtifactStore _artifacts;
    private readonly RequestGate _gate = new();
    private readonly TrainingSessions _sessions;
    private readonly TrainingSteps _steps;
    private readonly SessionCatalog _sessionCatalog;
    private readonly TimeProvider _time;

    internal TrainingJobs(
        DataDirectory data,
        BaseModel model,
        EngineOptions options,
        TrainingSessions sessions,
        TrainingSteps steps,
        SessionCatalog sessionCatalog,
        TimeProvider time)
    {
        _catalog = new JobCatalog(data, model.Identity);
        _queue = new JobQueue(options.MaximumJobs, RunAsync);
        _reader = new JobDataReader(new ExampleEncoder(model.Config, model.Tokenizer), new JobDirectory(options.JobData));
        _artifacts = data.Artifacts;
        _sessions = sessions;
        _steps = steps;
        _sessionCatalog = sessionCatalog;
        _time = time;
    }

    /// <summary>A job failed through no fault of its tenant.</summary>
    public event Action<JobName, Exception>? Faulted;

    /// <summary>Reads and checks a job's data, and lets it wait for its turn.</summary>
    /// <exception cref="InvalidArgumentRejection">The spec or the data are faulty.</exception>
    /// <exception cref="PreconditionRejection">A task is of another pool, or the server opened no directory of data.</exception>
    public Task<JobSnapshot> SubmitAsync(Mutation mutation, JobSpec spec, IReadOnlyList<JobSource> sources, DataReading reading, CancellationToken cancellation) =>
        _gate.EnterAsync(
            mutation,
            async () =>
            {
                if (_catalog.FindSubmitted(mutation) is { } submitted)
                {
                    return submitted;
                }

                spec.Validate();
                var data = _reader.Read([.. spec.Session.Tasks.Select(task => task.Task)], sources, reading, spec.Evaluation?.Examples ?? 0);
                var plan = JobPlan.Of(spec, [.. data.Tasks.Select(task => new JobTask(task.Task, task.Training.Count, task.HeldOut.Count))]);
                var job = await _catalog.SubmitAsync(mutation, plan, _artifacts.Write(data.Write), cancellation).ConfigureAwait(false);
                _queue.Add(new LiveJob(new JobJournal(job, [])));
                return job;
            },
            cancellation);

    /// <summary>A job as it stands.</summary>
    public JobSnapshot Get(TenantId caller, JobName name) => Current(_catalog.Get(caller, name));

    /// <summary>The caller's jobs as they stand, newest first.</summary>
    public Page<JobSnapshot> List(TenantId caller, PageRequest page)
    {
        var kept = _catalog.List(caller, page);
        return kept with { Items = [.. kept.Items.Select(Current)] };
    }

    /// <summary>The job, its events behind number <paramref name="after"/>, and what comes, until it has ended.</summary>
    /// <exception cref="PreconditionRejection">It waits for a server that runs its base model.</exception>
    public async IAsyncEnumerable<JobNews> WatchAsync(TenantId caller, JobName name, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var job = _catalog.Get(caller, name);
        var journal = _queue.Find(name)?.Journal;
        if (journal is null && !(job = _catalog.Get(caller, name)).HasEnded)
        {
            throw new PreconditionRejection($"{name} was submitted to a server with another base model, and goes on when that is served again");
        }

        journal ??= new JobJournal(job, _catalog.Events(name));
        await foreach (var news in journal.WatchAsync(after, cancellation).ConfigureAwait(false))
        {
            yield return news;
        }
    }

    /// <summary>Ends a job; when this completes, its tasks are free.</summary>
    /// <exception cref="PreconditionRejection">It has ended, or is publishing.</exception>
    public async Task<JobSnapshot> CancelAsync(Mutation mutation, JobName name, CancellationToken cancellation)
    {
        await _catalog.CancelAsync(mutation, name, cancellation).ConfigureAwait(false);
        if (_queue.Find(name) is not { } live)
        {
            await LeaveAsync(_catalog.Get(mutation.Tenant, name)).ConfigureAwait(false);
        }
        else if (_queue.TryTake(live))
        {
            await LeaveAsync(live).ConfigureAwait(false);
        }
        else
        {
            live.Cancel();
            await live.Left.WaitAsync(cancellation).ConfigureAwait(false);
        }

        return _catalog.Get(mutation.Tenant, name);
    }

    /// <summary>Stops what runs where it stands; a restart goes on from the last checkpoints.</summary>
    public async ValueTask DisposeAsync() => await _queue.DisposeAsync().ConfigureAwait(false);

    /// <summary>Takes up what the server left when it ended.</summary>
    internal async Task RestoreAsync()
    {
        foreach (var job in _catalog.InWork())
        {
            if (job.HasEnded)
            {
                await LeaveAsync(job).ConfigureAwait(false);
            }
            else
            {
                _queue.Add(new LiveJob(await RestoredAsync(job).ConfigureAwait(false)));
            }
        }
    }

    /// <summary>What it had told, up to the step that its session stands at; all of it where its training is over.</summary>
    private async Task<JobJournal> RestoredAsync(JobSnapshot job)
    {
        if (job is { State: JobState.Running, Session: { } session } && _sessionCatalog.Find(job.Name.Tenant, session) is { } found)
        {
            var step = (int)found.Stand.Sequence;
            await _catalog.ReturnToAsync(job.Name, step).ConfigureAwait(false);
            var events = _catalog.Events(job.Name);
            return new JobJournal(job with { Progress = events.Aggregate(new JobProgress(CheckpointStep: step), (progress, item) => progress.After(item)) }, events);
        }

        return new JobJournal(job, _catalog.Events(job.Name));
    }

    private async Task RunAsync(LiveJob job, CancellationToken stopping)
    {
        var run = new JobRun(job.Journal, CallsOf(job.Name), _catalog, _artifacts, _time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stopping, job.Cancelled);
        try
        {
            var (state, outcome) = await OutcomeAsync(job, run, end.Token).ConfigureAwait(false);
            if (state == JobState.Cancelled && !job.Cancelled.IsCancellationRequested && stopping.IsCancellationRequested)
            {
                return;
            }

            await run.KeepAsync(job.Journal.Job.State).ConfigureAwait(false);
            await _catalog.EndAsync(job.Name, state, outcome).ConfigureAwait(false);
            await LeaveAsync(job).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Not even its end could be noted down: a restart tries again.
            Faulted?.Invoke(job.Name, exception);
            job.Journal.Change(job.Journal.Job with { State = JobState.Failed, Outcome = new JobOutcome(Unexpected), Ended = _time.GetUtcNow() });
            job.Dispose();
        }
    }

    private const string Unexpected = "the server failed; its log says why";

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

    /// <summary>Frees the tasks of a job that has ended, and then tells its watchers.</summary>
    private async Task LeaveAsync(LiveJob job)
    {
        job.Journal.Change(await LeaveAsync(_catalog.Get(job.Name.Tenant, job.Name)).ConfigureAwait(false));
        job.Dispose();
    }

    private async Task<JobSnapshot> LeaveAsync(JobSnapshot job)
    {
        if (job.Session is { } session)
        {
            await CallsOf(job.Name).CloseAsync(session).ConfigureAwait(false);
        }

        return await _catalog.LeaveAsync(job.Name).ConfigureAwait(false);
    }

    private JobSession CallsOf(JobName job) => new(job, _sessions, _steps, _sessionCatalog);

    private JobSnapshot Current(JobSnapshot kept) => _queue.Find(kept.Name)?.Journal.Job ?? kept;
}
