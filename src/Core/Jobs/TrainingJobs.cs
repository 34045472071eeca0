using System.Runtime.CompilerServices;
using CoLA.Core.Artifacts;
using CoLA.Core.Catalog;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>Jobs of all tenants: submitted, watched, cancelled. What a restart finds of them goes on.</summary>
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

    /// <summary>A job failed through no fault of its tenant.</summary>
    public event Action<JobName, Exception>? Faulted
    {
        add => _runner.Faulted += value;
        remove => _runner.Faulted -= value;
    }

    /// <summary>Reads and checks a job's data, and lets it wait for its turn.</summary>
    /// <exception cref="InvalidArgumentRejection">The spec or the data are faulty.</exception>
    /// <exception cref="PreconditionRejection">A task is of another pool, or the server opened no directory of data.</exception>
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

    /// <summary>A job as it stands.</summary>
    public JobSnapshot Get(TenantId caller, JobName name) => Current(_catalog.Get(caller, name));

    /// <summary>The caller's jobs as they stand, newest first.</summary>
    public Page<JobSnapshot> List(TenantId caller, PageRequest page)
    {
        var kept = _catalog.List(caller, page);
        return kept with { Items = [.. kept.Items.Select(Current)] };
    }

    /// <summary>The job, its events behind number <paramref name="after"/>, and what comes, until it has ended.</summary>
    /// <exception cref="InvalidArgumentRejection">The number is negative.</exception>
    /// <exception cref="PreconditionRejection">It waits for a server that runs its base model.</exception>
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

        // Asked again: it may have ended between the two questions.
        var job = _catalog.Get(caller, name);
        return job.HasEnded
            ? KeptAsync(job, after, cancellation)
            : throw new PreconditionRejection($"{name} was submitted to a server with another base model, and goes on when that is served again");
    }

    /// <summary>Ends a job; when this completes, its tasks are free.</summary>
    /// <exception cref="PreconditionRejection">It has ended, or is publishing.</exception>
    public async Task<JobSnapshot> CancelAsync(Mutation mutation, JobName name, CancellationToken cancellation)
    {
        await _catalog.CancelAsync(mutation, name, cancellation).ConfigureAwait(false);
        await _runner.CancelAsync(_catalog.Get(mutation.Tenant, name), cancellation).ConfigureAwait(false);
        return _catalog.Get(mutation.Tenant, name);
    }

    /// <summary>Stops what runs where it stands; a restart goes on from the last checkpoints.</summary>
    public ValueTask DisposeAsync() => _runner.DisposeAsync();

    /// <summary>Takes up what the server left when it ended.</summary>
    internal Task RestoreAsync() => _runner.RestoreAsync();

    private async IAsyncEnumerable<JobNews> KeptAsync(JobSnapshot job, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var news in _catalog.Events(job.Name, after))
        {
            cancellation.ThrowIfCancellationRequested();
            yield return new JobNews(++after, null, news);
        }

        yield return new JobNews(after, job, null);
    }

    private JobSnapshot Current(JobSnapshot kept) => _runner.Find(kept.Name)?.Job ?? kept;
}
