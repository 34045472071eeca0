using CoLA.Core.Artifacts;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;

namespace CoLA.Core.Jobs;

/// <summary>
/// Takes one job to its end, from where it stands: in a session of its own, step after step, with evaluations and
/// checkpoints between. What it has to tell is kept before each checkpoint, so that what is kept goes as far as the
/// checkpoint at least; what goes further is computed again after a restart, and told again.
/// </summary>
internal sealed class JobRun(JobJournal journal, JobSession calls, JobCatalog catalog, ArtifactStore artifacts, TimeProvider time)
{
    private readonly JobName _name = journal.Job.Name;
    private readonly JobPlan _plan = journal.Job.Plan;

    private JobProgress Progress => journal.Job.Progress;

    private bool IsStuck => _plan.Evaluation is { Patience: > 0 and var patience } && Progress.SinceBest >= patience;

    /// <param name="cancellation">Ends it where it stands; whoever cancels it knows what becomes of it.</param>
    /// <exception cref="Rejection">It cannot go on, and why.</exception>
    public async Task<JobOutcome> RunAsync(CancellationToken cancellation)
    {
        var session = journal.Job.Session ?? await calls.OpenAsync(_plan.Session, cancellation).ConfigureAwait(false);
        if (journal.Job.State != JobState.Publishing)
        {
            var started = await catalog.StartAsync(_name, session).ConfigureAwait(false);
            ThrowIfEnded(started);
            journal.Change(started with { Progress = Progress });
            await TrainAsync(session, cancellation).ConfigureAwait(false);
            ThrowIfEnded(await KeepAsync(_plan.Publish ? JobState.Publishing : JobState.Running).ConfigureAwait(false));
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

    /// <summary>Keeps what was told since the last time.</summary>
    public async Task<JobSnapshot> KeepAsync(JobState state)
    {
        var kept = await catalog.KeepAsync(_name, journal.Unkept, journal.Kept, Progress, state).ConfigureAwait(false);
        // One that was cancelled is told of when its tasks are free.
        journal.MarkKept(kept.HasEnded ? journal.Job : kept);
        return kept;
    }

    private async Task TrainAsync(SessionName session, CancellationToken cancellation)
    {
        var step = await calls.StandAsync(session, cancellation).ConfigureAwait(false);
        var saved = await calls.LastSavedAsync(session, cancellation).ConfigureAwait(false);
        var batches = new JobBatches(await JobData.ReadAsync(artifacts, journal.Job.Data!).ConfigureAwait(false), _plan, step);
        while (true)
        {
            if (_plan.IsEvaluatedAt(step) && !(journal.Last is JobEvaluation last && last.Step == step))
            {
                await EvaluateAsync(session, step, batches.HeldOut, cancellation).ConfigureAwait(false);
            }

            var isOver = step == _plan.Steps || IsStuck;
            if (saved < step && IsSavedAt(step, isOver))
            {
                await KeepAsync(JobState.Running).ConfigureAwait(false);
                await calls.SaveAsync(session, step, Progress.BestStep, cancellation).ConfigureAwait(false);
                journal.MarkSaved(step);
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

    private bool IsSavedAt(int step, bool isOver) =>
        (_plan.KeepBest && Progress.BestStep == step)
        || (isOver ? _plan.Publish && !_plan.KeepBest : step > 0 && step % _plan.CheckpointEvery == 0);

    private async Task EvaluateAsync(SessionName session, int step, IReadOnlyList<Training.Examples.TrainingExample> heldOut, CancellationToken cancellation)
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
