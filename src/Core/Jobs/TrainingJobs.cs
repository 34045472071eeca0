using System.Runtime.CompilerServices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>Jobs of all tenants: submitted, watched, cancelled. Unfinished jobs continue after a restart.</summary>
public sealed class TrainingJobs : IAsyncDisposable
{
    private readonly JobCatalog _catalog;
    private readonly JobRunner _runner;
    private readonly JobDataReader _reader;
    private readonly ArtifactStore _artifacts;
    private readonly RequestGate _gate = new();

    internal TrainingJobs(
        DataDirectory data,
        BaseModel model,
        JobOptions options,
        TrainingSessions sessions,
        TrainingSteps steps,
        SessionCatalog sessionCatalog,
        TimeProvider time)
    {
        _catalog = new JobCatalog(data, model.Identity);
        _runner = new JobRunner(_catalog, options.Maximum, data.Artifacts, sessions, steps, sessionCatalog, time);
        _reader = new JobDataReader(
            new ExampleEncoder(model.Config, model.Tokenizer), new JobDirectory(options.Data is null ? null : Path.GetFullPath(options.Data)));
        _artifacts = data.Artifacts;
    }

    /// <summary>Raised when a job failed through no fault of its tenant.</summary>
    public event Action<JobName, Exception>? Faulted
    {
        add => _runner.Faulted += value;
        remove => _runner.Faulted -= value;
    }

    /// <summary>Reads and checks a job's data, and queues the job.</summary>
    /// <exception cref="InvalidArgumentRejection">The spec or the data are faulty.</exception>
    /// <exception cref="PreconditionRejection">A task is on another pool, or a source names a file and no data directory is open.</exception>
    public Task<JobSnapshot> SubmitAsync(
        Mutation mutation, JobSpec spec, IReadOnlyList<JobSource> sources, DataReading reading, CancellationToken cancellation) =>
        _gate.EnterAsync(
            mutation,
            async () =>
            {
                if (_catalog.FindSubmitted(mutation) is { } submitted)
                {
                    return submitted;
                }

                spec.Validate();
                _catalog.Check(mutation.Tenant, spec.Session);
                var data = _reader.Read([.. spec.Session.Tasks.Select(task => task.Task)], sources, reading, spec.Evaluation?.Examples ?? 0);
                var plan = JobPlan.Of(spec, [.. data.Tasks.Select(task => new JobTask(task.Task, task.Training.Count, task.HeldOut.Count))]);
                var job = await _catalog.SubmitAsync(mutation, plan, _artifacts.Write(data.Write), cancellation).ConfigureAwait(false);
                _runner.Add(job);
                return job;
            },
            cancellation);

    /// <summary>A job as it is now.</summary>
    public JobSnapshot Get(TenantId caller, JobName name) => Current(_catalog.Get(caller, name));

    /// <summary>The caller's jobs as they are now, newest first.</summary>
    public Page<JobSnapshot> List(TenantId caller, PageRequest page)
    {
        var stored = _catalog.List(caller, page);
        return stored with { Items = [.. stored.Items.Select(Current)] };
    }

    /// <summary>The job's state, its events with numbers above <paramref name="after"/>, and all later news, until the job has ended.</summary>
    /// <exception cref="InvalidArgumentRejection">The number is negative.</exception>
    /// <exception cref="PreconditionRejection">The job waits for a server with another base model.</exception>
    public IAsyncEnumerable<JobNews> WatchAsync(TenantId caller, JobName name, long after, CancellationToken cancellation)
    {
        if (after < 0)
        {
            throw new InvalidArgumentRejection("after", $"{after} is below 0");
        }

        _catalog.Get(caller, name);
        if (_runner.Find(name) is { } journal)
        {
            return journal.WatchAsync(after, cancellation);
        }

        // Read again: the job may have ended between the first read and the search.
        var job = _catalog.Get(caller, name);
        return job.HasEnded
            ? StoredAsync(job, after, cancellation)
            : throw new PreconditionRejection($"{name} was submitted for another base model; it continues when a server with that model runs");
    }

    /// <summary>Cancels a job; its tasks are free when this completes.</summary>
    /// <exception cref="PreconditionRejection">The job has ended, or is publishing.</exception>
    public async Task<JobSnapshot> CancelAsync(Mutation mutation, JobName name, CancellationToken cancellation)
    {
        await _catalog.CancelAsync(mutation, name, cancellation).ConfigureAwait(false);
        await _runner.CancelAsync(_catalog.Get(mutation.Tenant, name), cancellation).ConfigureAwait(false);
        return _catalog.Get(mutation.Tenant, name);
    }

    /// <summary>Stops the running jobs at once; a restart continues them from their last checkpoints.</summary>
    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    /// <summary>Continues what was unfinished when the server stopped.</summary>
    internal Task RestoreAsync() => _runner.RestoreAsync();

    private async IAsyncEnumerable<JobNews> StoredAsync(JobSnapshot job, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var news in _catalog.Events(job.Name, after))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new JobNews(++after, null, news);
        }

        yield return new JobNews(after, job, null);
    }

    /// <summary>The job as its runner knows it; a job that does not wait or run here is as stored.</summary>
    private JobSnapshot Current(JobSnapshot stored) => _runner.Find(stored.Name)?.Job ?? stored;
}
