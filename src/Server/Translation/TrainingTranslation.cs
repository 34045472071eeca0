using CoLA.Core.Catalog.Sessions;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Losses;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;

namespace CoLA.Server.Translation;

/// <summary>Requests to sessions and their replies, between the contract and Core.</summary>
internal static class TrainingTranslation
{
    public static OpenSessionSpec ToCore(this V1.OpenSessionRequest request) => SessionOf(
        request.Pool,
        request.HasPoolVersion ? request.PoolVersion : null,
        request.Tasks,
        request.SharedA,
        request.PoolOptimizer,
        request.Rebase);

    /// <summary>The session that a request opens or in which a job trains; both messages have these fields.</summary>
    /// <exception cref="InvalidArgumentRejection">A name cannot be read, or a setting is missing or not allowed here.</exception>
    public static OpenSessionSpec SessionOf(
        string pool, string? version, IEnumerable<V1.SessionTask> tasks, V1.SharedA sharedA, V1.AdamW? poolOptimizer, bool rebase)
    {
        var name = PoolName.Parse(pool);
        var trainable = sharedA switch
        {
            V1.SharedA.Trainable => true,
            V1.SharedA.Frozen => false,
            _ => throw new InvalidArgumentRejection("shared_a", "is required: TRAINABLE or FROZEN"),
        };
        if (!trainable && poolOptimizer is not null)
        {
            throw new InvalidArgumentRejection("pool_optimizer", "is for TRAINABLE sessions; with FROZEN the pool is not trained");
        }

        return new OpenSessionSpec(
            name,
            version is null ? null : NameTranslation.VersionOf(name, version, "pool_version"),
            [.. tasks.Select((task, index) => new SessionTaskSpec(
                TaskName.Parse(task.Task, $"tasks[{index}].task"),
                ToCore(task.Optimizer, $"tasks[{index}].optimizer"),
                task.Dropout,
                ToCore(task.RankBudget)))],
            trainable ? ToCore(poolOptimizer, "pool_optimizer") : null,
            rebase);
    }

    /// <summary>Examples, and how their losses become gradients.</summary>
    public static BatchSpec ToCore(this IEnumerable<V1.Example> examples, V1.Objective? objective)
    {
        objective ??= new V1.Objective();
        var normalisers = new Dictionary<TaskName, double>();
        foreach (var (index, normaliser) in objective.Normalisers.Index())
        {
            var field = $"objective.normalisers[{index}].task";
            if (!normalisers.TryAdd(TaskName.Parse(normaliser.Task, field), normaliser.Value))
            {
                throw new InvalidArgumentRejection(field, $"names {normaliser.Task} twice");
            }
        }

        return new BatchSpec(examples.ToCore())
        {
            Reduction = EnumTranslation.Reductions.ToCore(objective.Reduction, "objective.reduction", Reduction.Mean),
            Normalisers = normalisers,
            Loss = objective.Loss.ToCore(),
            LogProbabilities = objective.Logprobs,
            Deterministic = objective.Deterministic,
        };
    }

    private static LossSpec ToCore(this V1.Loss? loss) => loss?.LossCase switch
    {
        V1.Loss.LossOneofCase.ImportanceSampling => new ImportanceSamplingLoss(),
        V1.Loss.LossOneofCase.Ppo => new PpoLoss(
            loss.Ppo.HasClipLow ? loss.Ppo.ClipLow : ClippedLoss.DefaultClip, loss.Ppo.HasClipHigh ? loss.Ppo.ClipHigh : ClippedLoss.DefaultClip),
        V1.Loss.LossOneofCase.Cispo => new CispoLoss(
            loss.Cispo.HasClipLow ? loss.Cispo.ClipLow : ClippedLoss.DefaultClip, loss.Cispo.HasClipHigh ? loss.Cispo.ClipHigh : ClippedLoss.DefaultClip),
        V1.Loss.LossOneofCase.Dpo => new DpoLoss(loss.Dpo.HasBeta ? loss.Dpo.Beta : DpoLoss.DefaultBeta),
        _ => CrossEntropyLoss.Instance,
    };

    private static IEnumerable<V1.ExampleLogprobs> ToContract(IReadOnlyList<IReadOnlyList<float>>? logProbabilities) =>
        (logProbabilities ?? []).Select(values => new V1.ExampleLogprobs { Values = { values } });

    public static OptimStepSpec ToCore(this V1.OptimStepRequest request) => new()
    {
        Tasks = request.Tasks.Count == 0 ? null : [.. request.Tasks.Select((task, index) => TaskName.Parse(task, $"tasks[{index}]"))],
        Optimizer = request.Optimizer is null ? null : ToCore(request.Optimizer, "optimizer"),
        Pool = request.HasPool ? request.Pool : null,
        PoolOptimizer = request.PoolOptimizer is null ? null : ToCore(request.PoolOptimizer, "pool_optimizer"),
    };

    public static V1.ForwardBackwardResponse ToForwardBackward(this LossReport report, long sequence) => new()
    {
        Sequence = sequence,
        NextSequence = sequence + 1,
        Tasks = { report.Tasks.Select(task => task.Loss.ToContract(task.Task)) },
        Tokens = report.Tokens,
        Logprobs = { ToContract(report.LogProbabilities) },
    };

    public static V1.EvaluateResponse ToEvaluate(this LossReport report) => new()
    {
        Tasks = { report.Tasks.Select(task => task.Loss.ToContract(task.Task)) },
        Logprobs = { ToContract(report.LogProbabilities) },
    };

    public static V1.OptimStepResponse ToContract(this OptimStepReport report, long sequence) => new()
    {
        Sequence = sequence,
        NextSequence = sequence + 1,
        Tasks =
        {
            report.Tasks.Select(task => new V1.TaskMove
            {
                Task = task.Task.ToString(),
                GradientNorm = task.Step.GradientNorm,
                LearningRate = task.Step.LearningRate,
                Step = task.Step.Step,
            }),
        },
        Pool = report.Pool?.ToContract(),
    };

    public static V1.TrainStepResponse ToContract(this StepReport report, long sequence)
    {
        var response = new V1.TrainStepResponse
        {
            Sequence = sequence,
            NextSequence = sequence + 1,
            Tokens = report.Tokens,
            Logprobs = { ToContract(report.LogProbabilities) },
            Tasks =
            {
                report.Tasks.Where(task => task.Step is not null).Select(ToContract),
            },
        };
        response.Pool = report.Pool?.ToContract();
        return response;
    }

    /// <summary>A task that took an optimizer step.</summary>
    public static V1.TaskStep ToContract(this TaskStepReport task) => new()
    {
        Task = task.Task.ToString(),
        LossSum = task.Loss.Sum,
        Weight = task.Loss.Weight,
        LabelledTokens = task.Loss.Tokens,
        GradientNorm = task.Step!.GradientNorm,
        LearningRate = task.Step.LearningRate,
        Step = task.Step.Step,
    };

    public static V1.PoolStep ToContract(this WeightUpdateReport pool) =>
        new() { GradientNorm = pool.GradientNorm, LearningRate = pool.LearningRate, Step = pool.Step };

    public static V1.TaskLoss ToContract(this TaskLoss loss, TaskName task) => new()
    {
        Task = task.ToString(),
        LossSum = loss.Sum,
        Weight = loss.Weight,
        LabelledTokens = loss.Tokens,
    };

    public static V1.Session ToContract(this SessionView view) => new()
    {
        Name = view.Session.Name.ToString(),
        PoolVersion = view.Session.PoolVersion.NameOf(),
        SharedA = view.Session.PoolTrainable ? V1.SharedA.Trainable : V1.SharedA.Frozen,
        NextSequence = view.NextSequence,
        Tasks =
        {
            view.Session.Tasks.Select(task => new V1.SessionTaskState
            {
                Task = task.Task.ToString(),
                StartVersion = task.Version is { } version ? new TaskVersionName(task.Task, version).ToString() : "",
                Steps = view.Steps[task.Task],
            }),
        },
    };

    public static V1.PublishResponse ToContract(this Publication publication)
    {
        var response = new V1.PublishResponse
        {
            Tasks =
            {
                publication.Tasks.Select(task => new V1.PublishedTask
                {
                    Task = task.Version.Task.ToString(),
                    Version = task.Version.ToString(),
                    Served = task.Served,
                }),
            },
        };
        if (publication.PoolVersion is { } version)
        {
            response.PoolVersion = version.NameOf();
        }

        return response;
    }

    private static RankBudgetSpec? ToCore(V1.RankBudget? budget)
    {
        if (budget is null)
        {
            return null;
        }

        var defaults = new RankBudgetSpec(budget.TargetRank, budget.TotalSteps, budget.InitialSteps, budget.FinalSteps);
        return defaults with
        {
            Every = budget.HasEvery ? budget.Every : defaults.Every,
            Beta1 = budget.HasBeta1 ? budget.Beta1 : defaults.Beta1,
            Beta2 = budget.HasBeta2 ? budget.Beta2 : defaults.Beta2,
            Orthogonality = budget.HasOrthogonality ? budget.Orthogonality : defaults.Orthogonality,
        };
    }

    private static OptimizerSpec ToCore(V1.AdamW? optimizer, string field)
    {
        if (optimizer is not { HasLearningRate: true })
        {
            throw new InvalidArgumentRejection($"{field}.learning_rate", "is required");
        }

        var defaults = new OptimizerSpec(optimizer.LearningRate);
        return defaults with
        {
            Beta1 = optimizer.HasBeta1 ? optimizer.Beta1 : defaults.Beta1,
            Beta2 = optimizer.HasBeta2 ? optimizer.Beta2 : defaults.Beta2,
            Epsilon = optimizer.HasEpsilon ? optimizer.Epsilon : defaults.Epsilon,
            WeightDecay = optimizer.HasWeightDecay ? optimizer.WeightDecay : defaults.WeightDecay,
            HeadRatio = optimizer.HasHeadRatio ? optimizer.HeadRatio : defaults.HeadRatio,
            MaximumGradientNorm = optimizer.HasMaxGradientNorm ? optimizer.MaxGradientNorm : null,
            Schedule = optimizer.Schedule is { } schedule
                ? new ScheduleSpec(
                    EnumTranslation.Schedules.ToCore(schedule.Kind, $"{field}.schedule.kind", ScheduleShape.Constant),
                    schedule.WarmupSteps,
                    schedule.TotalSteps)
                : ScheduleSpec.Constant,
        };
    }
}
