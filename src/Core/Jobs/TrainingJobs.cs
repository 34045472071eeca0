using System.Runtime.CompilerServices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Ownership;
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
        Ledger ledger,
        ArtifactStore artifacts,
        IOwnership ownership,
        BaseModel model,
        JobOptions options,
        TrainingSessions sessions,
        TrainingSteps steps,
        SessionCatalog sessionCatalog,
        TimeProvider time)
    {
        _catalog = new JobCatalog(ledger, model.Identity, ownership);
        _runner = new JobRunner(_catalog, options.Maximum, artifacts, sessions, steps, sessionCatalog, time);
        _reader = new JobDataReader(
            new ExampleEncoder(model.Config, model.Tokenizer), new JobDirectory(options.Data is null ? null : Path.GetFullPath(options.Data)));
        _artifacts = artifacts;
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
                if (await _catalog.FindSubmittedAsync(mutation, cancellation).ConfigureAwait(false) is { } submitted)
                {
                    return submitted;
                }

                spec.Validate();
                await _catalog.CheckAsync(mutation.Tenant, spec.Session, cancellation).ConfigureAwait(false);
                var data = _reader.Read([.. spec.Session.Tasks.Select(task => task.Task)], sources, reading, spec.Evaluation?.Examples ?? 0);
                var plan = JobPlan.Of(spec, [.. data.Tasks.Select(task => new JobTask(task.Task, task.Training.Count, task.HeldOut.Count))]);
                var examples = await _artifacts.WriteAsync(data.Write).ConfigureAwait(false);
                var job = await _catalog.SubmitAsync(mutation, plan, examples, cancellation).ConfigureAwait(false);
                _runner.Add(job);
                return job;
            },
            cancellation);

    /// <summary>A job as it is now.</summary>
    public async ValueTask<JobSnapshot> GetAsync(TenantId caller, JobName name, CancellationToken cancellation) =>
        Current(await _catalog.GetAsync(caller, name, cancellation).ConfigureAwait(false));

    /// <summary>The caller's jobs as they are now, newest first.</summary>
    public async ValueTask<Page<JobSnapshot>> ListAsync(TenantId caller, PageRequest page, CancellationToken cancellation)
    {
        var stored = await _catalog.ListAsync(caller, page, cancellation).ConfigureAwait(false);
        return stored with { Items = [.. stored.Items.Select(Current)] };
    }

    /// <summary>The job's state, its events with numbers above <paramref name="after"/>, and all later news, until the job has ended.</summary>
    /// <exception cref="InvalidArgumentRejection">The number is negative.</exception>
    /// <exception cref="PreconditionRejection">The job waits for a server with another base model.</exception>
    public async IAsyncEnumerable<JobNews> WatchAsync(
        TenantId caller, JobName name, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (after < 0)
        {
            throw new InvalidArgumentRejection("after", $"{after} is below 0");
        }

        await _catalog.GetAsync(caller, name, cancellation).ConfigureAwait(false);
        if (_runner.Find(name) is { } journal)
        {
            await foreach (var news in journal.WatchAsync(after, cancellation).ConfigureAwait(false))
            {
                yield return news;
            }

            yield break;
        }

        // Read again: the job may have ended between the first read and the search.
        var job = await _catalog.GetAsync(caller, name, cancellation).ConfigureAwait(false);
        if (!job.HasEnded)
        {
            throw new PreconditionRejection($"{name} was submitted for another base model; it continues when a server with that model runs");
        }

        foreach (var news in await _catalog.EventsAsync(name, after, cancellation).ConfigureAwait(false))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new JobNews(++after, null, news);
        }

        yield return new JobNews(after, job, null);
    }

    /// <summary>Cancels a job; its tasks are free when this completes.</summary>
    /// <exception cref="PreconditionRejection">The job has ended, or is publishing.</exception>
    public async Task<JobSnapshot> CancelAsync(Mutation mutation, JobName name, CancellationToken cancellation)
    {
        await _catalog.CancelAsync(mutation, name, cancellation).ConfigureAwait(false);
        var cancelled = await _catalog.GetAsync(mutation.Tenant, name, CancellationToken.None).ConfigureAwait(false);
        await _runner.CancelAsync(cancelled, cancellation).ConfigureAwait(false);
        return await _catalog.GetAsync(mutation.Tenant, name, CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Stops the running jobs at once; a restart continues them from their last checkpoints.</summary>
    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    /// <summary>Continues what was unfinished when the server stopped.</summary>
    internal Task RestoreAsync() => _runner.RestoreAsync();

    /// <summary>The job as its runner knows it; a job that does not wait or run here is as stored.</summary>
    private JobSnapshot Current(JobSnapshot stored) => _runner.Find(stored.Name)?.Job ?? stored;
}
