using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Model;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Losses;
using CoLA.Core.Training.State;
using CoLA.Core.Work;

namespace CoLA.Core.Training.Passes;

/// <summary>
/// One call that makes gradients: unit by unit into buffers of the pass, then, all at once, into what is accumulated
/// (<see cref="Accumulate"/>) or into the weights (<see cref="Apply"/>). Until then nothing has changed, so the call can be
/// abandoned after any unit and leaves no trace.
/// </summary>
internal sealed class TrainingStep
{
    private readonly CausalLanguageModel _model;
    private readonly PoolState _pool;
    private readonly IReadOnlyDictionary<TaskName, TaskState> _tasks;

    public TrainingStep(
        CausalLanguageModel model,
        PoolState pool,
        IReadOnlyDictionary<TaskName, TaskState> tasks,
        IReadOnlyList<EncodedExample> examples,
        LossSpec? loss = null)
    {
        _model = model;
        _pool = pool;
        _tasks = tasks;
        Call = new PassCall(pool, tasks, examples, loss) { DrawsOf = SeededDrawsOf, DropsOut = true };
    }

    /// <summary>What the passes are asked for.</summary>
    public PassCall Call { get; }

    /// <summary>Where random couplings draw from; by default each task's seed and optimizer step.</summary>
    public Func<TaskName, Draws?> DrawsOf
    {
        init => Call.DrawsOf = value;
    }

    /// <summary>What a task's gradient is divided by, from its weight; by default that weight.</summary>
    public Func<TaskName, double, double> NormaliserOf
    {
        init => Call.NormaliserOf = value;
    }

    /// <summary>Log-probabilities of each row's tokens that count.</summary>
    public IReadOnlyDictionary<EncodedExample, float[]> LogProbabilities => Call.LogProbabilities;

    private TaskName[] Weighed => [.. Call.Losses.Where(loss => loss.Value.Weight > 0).Select(loss => loss.Key)];

    /// <summary>Makes the buffers ready for the gradients of the first micro-batch.</summary>
    public void Begin()
    {
        _pool.A.ClearGradient();
        foreach (var task in Call.Losses.Keys)
        {
            _tasks[task].Heads.ClearGradient();
        }
    }

    /// <summary>Computes the gradients of every task with weight, and of the pool, of this call alone.</summary>
    public IEnumerable<Unit> Gradients(int tokenBudget = TrainingPass.DefaultTokenBudget)
    {
        Begin();
        return new TrainingPass(_model).Run(Call, () => tokenBudget, gradients: true);
    }

    /// <summary>Adds the gradients to those that wait for an optimizer step.</summary>
    /// <exception cref="PreconditionRejection">A loss or a gradient is not finite; nothing has changed.</exception>
    public LossReport Accumulate()
    {
        RequireFiniteLosses();
        var weighed = Weighed;
        RequireFinite(weighed.Where(task => !IsFinite(_tasks[task].Heads)).Select(task => task.ToString()));
        var movesPool = weighed.Length > 0 && _pool.A.Gradient is not null;
        RequireFinite(movesPool && !IsFinite(_pool.A) ? ["the pool"] : []);
        foreach (var task in weighed)
        {
            _tasks[task].Heads.Accumulate(Call.RowsOf(task));
        }

        if (movesPool)
        {
            _pool.A.Accumulate(weighed.Sum(Call.RowsOf));
        }

        return new LossReport([.. Call.Losses.Select(loss => new TaskLossReport(loss.Key, loss.Value))], Call.Tokens);
    }

    /// <summary>Steps every task that has a gradient, from this pass or from before, and the pool.</summary>
    /// <exception cref="PreconditionRejection">A loss or a gradient is not finite; nothing has changed.</exception>
    public StepReport Apply()
    {
        RequireFiniteLosses();
        var moved = new OptimizerStep(_pool, _tasks, new OptimStepSpec(), _model.Team) { Fresh = Weighed }.Apply();
        return new StepReport(
            [.. Call.Losses.Select(loss => new TaskStepReport(
                loss.Key,
                loss.Value,
                moved.Tasks.FirstOrDefault(task => task.Task == loss.Key)?.Step)),
                .. moved.Tasks.Where(task => !Call.Losses.ContainsKey(task.Task)).Select(task => new TaskStepReport(task.Task, new TaskLoss(0, 0, 0), task.Step))],
            moved.Pool,
            Call.Tokens);
    }

    /// <summary>The refusal of numbers that cannot be gone on with.</summary>
    public static PreconditionRejection NotFinite(IEnumerable<string> names) => new(
        $"the loss or gradient of {string.Join(", ", names)} is not finite; the call is refused and nothing has changed. "
        + "A lower learning rate or a gradient norm limit may help; LoadState goes back to a saved state");

    /// <exception cref="PreconditionRejection">A loss is not finite; nothing has changed.</exception>
    public void RequireFiniteLosses() =>
        RequireFinite(Call.Losses.Where(loss => !double.IsFinite(loss.Value.Sum)).Select(loss => loss.Key.ToString()));

    private static void RequireFinite(IEnumerable<string> broken)
    {
        if (broken.ToArray() is { Length: > 0 } names)
        {
            throw NotFinite(names);
        }
    }

    private static bool IsFinite(TrainableMatrices matrices)
    {
        using var norm = matrices.Gradient!.norm();
        return float.IsFinite(norm.item<float>());
    }

    private Draws? SeededDrawsOf(TaskName task)
    {
        var state = _tasks[task];
        return state.Coupling.DrawCount == 0 ? null : SeededDraws.Of(state.Coupling, state.Spec.Seed, state.Optimizer.Step);
    }
}
