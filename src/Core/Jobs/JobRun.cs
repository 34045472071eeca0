using CoLA.Core.Artifacts;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Jobs;

/// <summary>
/// Runs one job to its end, from wherever it stands: in a session of its own, step after step, with evaluations and
/// checkpoints between. Its events are stored before each checkpoint, so they always reach at least as far as the
/// checkpoint. Steps after the checkpoint are computed again after a restart, with the same events.
/// </summary>
internal sealed class JobRun(JobJournal journal, JobCalls calls, JobCatalog catalog, ArtifactStore artifacts, TimeProvider time)
{
    private readonly JobName _name = journal.Job.Name;
    private readonly JobPlan _plan = journal.Job.Plan;

    private JobProgress Progress => journal.Job.Progress;

    private bool HasStoppedImproving => _plan.Evaluation is { Patience: > 0 and var patience } && Progress.SinceBest >= patience;

    /// <param name="cancellation">Stops the job at once; whoever cancels decides what happens with it.</param>
    /// <exception cref="Rejection">The job cannot continue; the message says why.</exception>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellation)
    {
        var session = journal.Job.Session ?? await calls.OpenAsync(_plan.Session, cancellation).ConfigureAwait(false);
        if (journal.Job.State != JobState.Publishing)
        {
            var started = await catalog.StartAsync(_name, session).ConfigureAwait(false);
            ThrowIfEnded(started);
            journal.Change(started with { Progress = Progress });
            await TrainAsync(session, cancellation).ConfigureAwait(false);
            ThrowIfEnded(await StoreAsync(_plan.Publish ? JobState.Publishing : JobState.Running).ConfigureAwait(false));
        }

        var stoppedEarly = Progress.Step < _plan.Steps;
        if (!_plan.Publish)
        {
            return new JobOutcome(StoppedEarly: stoppedEarly);
        }

        if (_plan.KeepBest)
        {
            await calls.LoadAsync(session, Progress.BestStep!.Value, cancellation).ConfigureAwait(false);
        }

        var published = await calls.PublishAsync(session, _plan, cancellation).ConfigureAwait(false);
        return new JobOutcome(Publication: published, StoppedEarly: stoppedEarly);
    }

    /// <summary>Stores the events that the registry does not have yet, the progress, and the state.</summary>
    public async Task<JobSnapshot> StoreAsync(JobState state)
    {
        var stored = await catalog.StoreAsync(_name, journal.NotStored, journal.StoredCount, Progress, state).ConfigureAwait(false);
        // Watchers learn that a job was cancelled only when its tasks are free.
        journal.MarkStored(stored.HasEnded ? journal.Job : stored);
        return stored;
    }

    private async Task TrainAsync(SessionName session, CancellationToken cancellation)
    {
        var step = await calls.GetStepAsync(session, cancellation).ConfigureAwait(false);
        var saved = await calls.LastSavedAsync(session, cancellation).ConfigureAwait(false);
        var batches = new JobBatches(await JobData.ReadAsync(artifacts, journal.Job.Data!).ConfigureAwait(false), _plan, step);
        while (true)
        {
            if (_plan.IsEvaluatedAt(step) && !(journal.Last is JobEvaluation last && last.Step == step))
            {
                await EvaluateAsync(session, step, batches.HeldOut, cancellation).ConfigureAwait(false);
            }

            var isOver = step == _plan.Steps || HasStoppedImproving;
            if (saved < step && IsCheckpoint(step, isOver))
            {
                await StoreAsync(JobState.Running).ConfigureAwait(false);
                await calls.SaveAsync(session, step, Progress.BestStep, cancellation).ConfigureAwait(false);
                journal.MarkCheckpoint(step);
            }

            if (isOver)
            {
                return;
            }

            step++;
            var started = time.GetTimestamp();
            var report = await calls.StepAsync(session, step, batches.Next(), cancellation).ConfigureAwait(false);
            journal.Add(new JobStep(step, report.Tasks, report.Pool, report.Tokens, time.GetElapsedTime(started).TotalSeconds));
        }
    }

    private bool IsCheckpoint(int step, bool isOver) =>
        (_plan.KeepBest && Progress.BestStep == step)
        || (isOver ? _plan.Publish && !_plan.KeepBest : step > 0 && step % _plan.CheckpointEvery == 0);

    private async Task EvaluateAsync(SessionName session, int step, IReadOnlyList<TrainingExample> heldOut, CancellationToken cancellation)
    {
        var report = await calls.EvaluateAsync(session, heldOut, cancellation).ConfigureAwait(false);
        var loss = report.Tasks.Average(task => task.Loss.Mean);
        if (!double.IsFinite(loss))
        {
            throw new PreconditionRejection($"the held-out loss after step {step} is not finite; a lower learning rate may help");
        }

        var best = Progress.BestLoss is not { } before || loss < before - _plan.Evaluation!.MinimumImprovement;
        journal.Add(new JobEvaluation(step, report.Tasks, loss, best));
    }

    private static void ThrowIfEnded(JobSnapshot job)
    {
        if (job.HasEnded)
        {
            throw new OperationCanceledException($"{job.Name} was cancelled");
        }
    }
}
