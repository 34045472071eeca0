using CoLA.Core.Data;
using CoLA.Core.Jobs;
using Google.Protobuf.WellKnownTypes;

namespace CoLA.Server.Translation;

/// <summary>Jobs between the contract and Core.</summary>
internal static class JobTranslation
{
    public static JobSpec ToCore(this V1.JobSpec spec)
    {
        var session = TrainingTranslation.SessionOf(
            spec.Pool, spec.HasPoolVersion ? spec.PoolVersion : null, spec.Tasks, spec.SharedA, spec.PoolOptimizer, spec.Rebase);
        return new JobSpec(session)
        {
            Steps = spec.HasSteps ? spec.Steps : null,
            Epochs = spec.HasEpochs ? spec.Epochs : null,
            BatchPerTask = Given(spec.BatchPerTask, JobSpec.DefaultBatch),
            Seed = spec.Seed,
            Evaluation = spec.Evaluation is { } evaluation
                ? new EvaluationSpec(
                    evaluation.Every,
                    Given(evaluation.Examples, EvaluationSpec.DefaultExamples),
                    evaluation.Patience,
                    evaluation.MinimumImprovement,
                    evaluation.KeepBest)
                : null,
            CheckpointEvery = Given(spec.CheckpointEvery, JobSpec.DefaultCheckpoint),
            Publish = !spec.HasPublish || spec.Publish,
            Serve = !spec.HasServe || spec.Serve,
            MakeCurrent = !spec.HasMakeCurrent || spec.MakeCurrent,
        };
    }

    public static DataReading ToCore(this V1.DataReading? reading) => reading is null
        ? new DataReading(new DataSetOptions())
        : new DataReading(
            new DataSetOptions(reading.Encoding.Length == 0 ? null : reading.Encoding, reading.SkipFaulty),
            reading.HasTraining ? reading.Training : null,
            reading.SplitSeed);

    public static V1.Job ToContract(this JobSnapshot job)
    {
        var (plan, progress, outcome) = (job.Plan, job.Progress, job.Outcome);
        var message = new V1.Job
        {
            Name = job.Name.ToString(),
            State = EnumTranslation.JobStates.ToContract(job.State),
            Pool = plan.Session.Pool.ToString(),
            Tasks = { plan.Tasks.Select(
                task => new V1.JobTask { Task = task.Task.ToString(), TrainingExamples = task.TrainingExamples, HeldOutExamples = task.HeldOutExamples }) },
            Steps = plan.Steps,
            Step = progress.Step,
            Tokens = progress.Tokens,
            CheckpointStep = progress.CheckpointStep,
            Evaluation = plan.Evaluation is { } evaluation
                ? new V1.Evaluation
                {
                    Every = evaluation.Every,
                    Examples = evaluation.Examples,
                    Patience = evaluation.Patience,
                    MinimumImprovement = evaluation.MinimumImprovement,
                    KeepBest = evaluation.KeepBest,
                }
                : null,
            StoppedEarly = outcome?.StoppedEarly ?? false,
            Failure = outcome?.Failure ?? "",
            Published = outcome?.Publication?.ToContract(),
            CreateTime = job.Created.ToTimestamp(),
            StartTime = job.Started?.ToTimestamp(),
            EndTime = job.Ended?.ToTimestamp(),
        };
        if (progress is { BestStep: { } step, BestLoss: { } loss })
        {
            (message.BestStep, message.BestLoss) = (step, loss);
        }

        return message;
    }

    public static V1.JobEvent ToContract(this JobNews news) => news switch
    {
        { Event: JobStep step } => new V1.JobEvent { Number = news.Number, Step = step.ToContract() },
        { Event: JobEvaluation evaluation } => new V1.JobEvent { Number = news.Number, Evaluation = evaluation.ToContract() },
        _ => new V1.JobEvent { Number = news.Number, Job = news.Job!.ToContract() },
    };

    private static V1.JobStep ToContract(this JobStep step) => new()
    {
        Step = step.Step,
        Tasks = { step.Tasks.Where(task => task.Step is not null).Select(TrainingTranslation.ToContract) },
        Pool = step.Pool?.ToContract(),
        Tokens = step.Tokens,
        Seconds = step.Seconds,
    };

    private static V1.JobEvaluation ToContract(this JobEvaluation evaluation) => new()
    {
        Step = evaluation.Step,
        Tasks = { evaluation.Tasks.Select(task => task.Loss.ToContract(task.Task)) },
        Loss = evaluation.Loss,
        Best = evaluation.IsBest,
    };

    /// <summary>A number, or its default where it is left out.</summary>
    private static int Given(int number, int defaultNumber) => number == 0 ? defaultNumber : number;
}
