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
/// A call that computes gradients. Passes add them to separate buffers, unit by unit. After the last row
/// <see cref="Finish"/> uses them all at once: <see cref="Accumulate"/> keeps them for an optimizer step,
/// <see cref="Apply"/> updates the weights. Before that nothing has changed, so the call may be abandoned after any unit.
/// Used on the engine's thread once it waits in the queue.
/// </summary>
internal sealed class GradientCall : PassCall
{
    private readonly CausalLanguageModel _model;
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _begun;

    /// <inheritdoc/>
    public GradientCall(
        CausalLanguageModel model,
        PoolState pool,
        IReadOnlyDictionary<TaskName, TaskState> tasks,
        IReadOnlyList<EncodedExample> examples,
        LossSpec? loss = null)
        : base(pool, tasks, examples, loss)
    {
        _model = model;
        DrawsOf = SeededDrawsOf; // replayed from each task's seed and optimizer step
    }

    /// <summary>Who calls, and pays for its share of the passes.</summary>
    public TenantId Tenant { get; init; }

    /// <summary>How soon the session's caller sends one call after another.</summary>
    public StepRhythm Rhythm { get; init; } = new();

    /// <summary>Whether to compute the call alone and always cut in the same way, so that the result has the same bits whoever else trains.</summary>
    public bool Deterministic { get; init; }

    /// <summary>Uses the gradients, in one unit on the engine's thread. What it throws becomes the call's error.</summary>
    public Action<GradientCall> Finish { get; init; } = _ => { };

    /// <summary>Observed between units. A cancelled call has changed nothing.</summary>
    public CancellationToken Cancellation { get; init; }

    public bool IsCancelled => Cancellation.IsCancellationRequested;

    /// <summary>Completes when <see cref="Finish"/> has run, or with the call's error.</summary>
    public Task Done => _done.Task;

    protected override bool DropsOut => true;

    private TaskName[] TasksWithWeight => [.. Losses.Where(loss => loss.Value.Weight > 0).Select(loss => loss.Key)];

    /// <summary>Clears the gradient buffers before the first micro-batch; does nothing before later ones.</summary>
    public void Begin()
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        Pool.A.ClearGradient();
        foreach (var task in Losses.Keys)
        {
            Tasks[task].Heads.ClearGradient();
        }
    }

    /// <summary>The units of this call alone, without a queue.</summary>
    public IEnumerable<Unit> Gradients(int tokenBudget = TrainingPass.DefaultTokenBudget)
    {
        Begin();
        return new TrainingPass(_model).Run(this, () => tokenBudget, gradients: true);
    }

    /// <summary>After a micro-batch: false where rows still wait for another one; true once the caller has an answer.</summary>
    public bool TryEnd()
    {
        if (IsCancelled)
        {
            _done.TrySetCanceled(Cancellation);
            return true;
        }

        try
        {
            RequireFiniteLosses();
            if (!IsTaken)
            {
                return false;
            }

            Finish(this);
            _done.TrySetResult();
        }
        catch (Exception failure)
        {
            _done.TrySetException(failure);
        }

        return true;
    }

    /// <summary>Ends the call with an error.</summary>
    public void Fail(Exception why) => _done.TrySetException(why);

    /// <summary>Adds the gradients to those that earlier calls have accumulated.</summary>
    /// <exception cref="PreconditionRejection">A loss or a gradient is not finite; nothing has changed.</exception>
    public LossReport Accumulate()
    {
        RequireFiniteLosses();
        var tasks = TasksWithWeight;
        RequireFinite(tasks.Where(task => !IsFinite(Tasks[task].Heads)).Select(task => task.ToString()));
        var movesPool = tasks.Length > 0 && Pool.A.Gradient is not null;
        RequireFinite(movesPool && !IsFinite(Pool.A) ? ["the pool"] : []);
        foreach (var task in tasks)
        {
            Tasks[task].Heads.Accumulate(TakenOf(task));
        }

        if (movesPool)
        {
            Pool.A.Accumulate(tasks.Sum(TakenOf));
        }

        return Report();
    }

    /// <summary>Updates the shared A, and every task that has a gradient from this call or from earlier ones.</summary>
    /// <exception cref="PreconditionRejection">A loss or a gradient is not finite; nothing has changed.</exception>
    public StepReport Apply()
    {
        RequireFiniteLosses();
        var updated = new WeightUpdate(Pool, Tasks, new OptimStepSpec(), _model.Team) { Fresh = TasksWithWeight }.Apply();
        return new StepReport(
            [
                .. Losses.Select(loss => new TaskStepReport(loss.Key, loss.Value, updated.Tasks.FirstOrDefault(task => task.Task == loss.Key)?.Step)),
                .. updated.Tasks.Where(task => !Losses.ContainsKey(task.Task)).Select(task => new TaskStepReport(task.Task, new TaskLoss(0, 0, 0), task.Step)),
            ],
            updated.Pool,
            Tokens,
            LogProbabilitiesByExample());
    }

    private void RequireFiniteLosses() => RequireFinite(Losses.Where(loss => !double.IsFinite(loss.Value.Sum)).Select(loss => loss.Key.ToString()));

    private static void RequireFinite(IEnumerable<string> broken)
    {
        if (broken.ToArray() is { Length: > 0 } names)
        {
            throw WeightUpdate.NotFinite(names);
        }
    }

    private static bool IsFinite(TrainableMatrices matrices)
    {
        using var norm = matrices.Gradient!.norm();
        return float.IsFinite(norm.item<float>());
    }

    private Draws? SeededDrawsOf(TaskName task)
    {
        var state = Tasks[task];
        return state.Coupling.DrawCount == 0 ? null : SeededDraws.Of(state.Coupling, state.Spec.Seed, state.Optimizer.Step);
    }
}
