using System.CommandLine;
using CoLA.Cli.Failures;
using CoLA.Cli.Naming;
using CoLA.Cli.Options;
using CoLA.V1;

namespace CoLA.Cli.Training;

/// <summary>Learning rates, their schedule, decay and clipping.</summary>
internal sealed class OptimizerOptions
{
    private const double DefaultLearningRate = 1e-3;

    private readonly Option<double> _learningRate = new Option<double>("--lr", "--learning-rate")
    {
        Description = "Learning rate of the tasks' heads",
        DefaultValueFactory = _ => DefaultLearningRate,
    }.AtLeast(0);
    private readonly Option<double?> _poolLearningRate = new Option<double?>("--pool-lr")
    {
        Description = "Learning rate of the shared A [default: --lr]",
    }.AtLeast(0);
    private readonly Option<bool> _frozen = new("--a-frozen") { Description = "Train the heads alone; the shared A stays as it is" };
    private readonly Option<long> _warmUp = new("--warmup") { Description = "Steps over which the learning rate rises from 0", HelpName = "STEPS" };
    private readonly Option<ScheduleKind?> _schedule = EnumWords.Option<ScheduleKind>("--schedule", "The learning rate after that [default: constant]");
    private readonly Option<double> _weightDecay = new("--weight-decay") { Description = "Decoupled weight decay" };
    private readonly Option<double?> _headRatio = new("--head-ratio") { Description = "Move the heads at so many times --lr, as LoRA+ [default: 1]" };
    private readonly Option<double> _dropout = new("--dropout") { Description = "Share of the features that drop out of what adapters read, 0 up to 1" };
    private readonly Option<int?> _targetRank = new("--target-rank", "--rank-budget")
    {
        Description = "Switch off components of adalora tasks, down to so many per target on average [default: keep all]",
        HelpName = "R",
    };
    private readonly Option<double?> _maxNorm = new("--max-norm", "--max-gradient-norm")
    {
        Description = "Scale gradients down to this norm: each task's own, and the pool's [default: no clipping]",
    };

    public void AddTo(Command command)
    {
        Option[] all = [_learningRate, _poolLearningRate, _frozen, _warmUp, _schedule, _weightDecay, _maxNorm, _headRatio, _dropout, _targetRank];
        foreach (var option in all)
        {
            command.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(_frozen) && result.GetResult(_poolLearningRate) is not null)
            {
                result.AddError("--a-frozen and --pool-lr exclude each other");
            }
        });
    }

    /// <param name="parse">What was typed.</param>
    /// <param name="steps">Of the training; null where the server counts them. Schedules end with them.</param>
    public AdamW OfHeads(ParseResult parse, int? steps)
    {
        var optimizer = Optimizer(parse, parse.GetValue(_learningRate), steps);
        if (parse.GetValue(_headRatio) is { } ratio)
        {
            optimizer.HeadRatio = ratio;
        }

        return optimizer;
    }

    /// <summary>Null to keep every component; over all steps of the job.</summary>
    public RankBudget? Budget(ParseResult parse) => parse.GetValue(_targetRank) is { } rank ? new RankBudget { TargetRank = rank } : null;

    public double Dropout(ParseResult parse) => parse.GetValue(_dropout);

    /// <summary>Null with a frozen A.</summary>
    public AdamW? OfPool(ParseResult parse, int? steps) =>
        parse.GetValue(_frozen) ? null : Optimizer(parse, parse.GetValue(_poolLearningRate) ?? parse.GetValue(_learningRate), steps);

    private AdamW Optimizer(ParseResult parse, double learningRate, int? steps)
    {
        var (warmUp, kind) = (parse.GetValue(_warmUp), parse.GetValue(_schedule) ?? ScheduleKind.Constant);
        if (warmUp > steps)
        {
            throw new UsageException($"--warmup {warmUp} is longer than the {steps} steps of the training");
        }

        var optimizer = new AdamW
        {
            LearningRate = learningRate,
            WeightDecay = parse.GetValue(_weightDecay),
            Schedule = new Schedule { Kind = kind, WarmupSteps = warmUp },
        };
        if (parse.GetValue(_maxNorm) is { } maxNorm)
        {
            optimizer.MaxGradientNorm = maxNorm;
        }

        return optimizer;
    }
}
