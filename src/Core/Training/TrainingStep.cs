using CoLA.Core.Adapters;
using CoLA.Core.Engine;
using CoLA.Core.Model;
using CoLA.Core.Rejections;
using CoLA.Core.Tenancy;
using static TorchSharp.torch;

namespace CoLA.Core.Training;

/// <summary>
/// One optimizer step of a session: gradients unit by unit, then all weights at once. Until <see cref="Apply"/> nothing
/// has changed, so the step can be abandoned after any unit and leaves no trace.
/// </summary>
internal sealed class TrainingStep
{
    private readonly CausalLanguageModel _model;
    private readonly PoolState _pool;
    private readonly IReadOnlyDictionary<TaskName, TaskState> _tasks;
    private readonly TrainingPass _pass;

    public TrainingStep(
        CausalLanguageModel model,
        PoolState pool,
        IReadOnlyDictionary<TaskName, TaskState> tasks,
        IReadOnlyList<EncodedExample> examples,
        int tokenBudget = TrainingPass.DefaultTokenBudget)
    {
        _model = model;
        _pool = pool;
        _tasks = tasks;
        _pass = new TrainingPass(model, pool, tasks, examples) { DrawsOf = SeededDrawsOf, DropsOut = true, TokenBudget = tokenBudget };
    }

    /// <summary>Where random couplings draw from; by default each task's seed and optimizer step.</summary>
    public Func<TaskName, Draws?> DrawsOf
    {
        init => _pass.DrawsOf = value;
    }

    /// <summary>Computes the gradients of every task with weight, and of the pool.</summary>
    public IEnumerable<Unit> Gradients()
    {
        _pool.A.ClearGradient();
        foreach (var task in _pass.Losses.Keys)
        {
            _tasks[task].Heads.ClearGradient();
        }

        return _pass.Run(gradients: true);
    }

    /// <summary>Steps every task with weight, and the pool.</summary>
    /// <exception cref="PreconditionRejection">A loss or a gradient is not finite; nothing has changed.</exception>
    public StepReport Apply()
    {
        var stepped = _pass.Losses.Where(loss => loss.Value.Weight > 0).Select(loss => loss.Key).ToArray();
        foreach (var task in stepped)
        {
            _tasks[task].Budget?.Penalise(_tasks[task].Heads.Weights.Flat, _tasks[task].Heads.Gradient!);
        }

        var norms = stepped.ToDictionary(task => task, task => Norm(_tasks[task].Heads.Gradient!));
        var broken = _pass.Losses.Where(loss => !double.IsFinite(loss.Value.Sum)).Select(loss => loss.Key)
            .Union(norms.Where(norm => !double.IsFinite(norm.Value)).Select(norm => norm.Key)).ToArray();
        if (broken.Length > 0)
        {
            throw new PreconditionRejection(
                $"the loss or gradient of {string.Join(", ", broken)} is not finite; the step is refused and nothing has changed. "
                + "A lower learning rate or a gradient norm limit may help; LoadState goes back to a saved state");
        }

        OptimizerStepReport? pool = null;
        if (_pool.Optimizer is { } optimizer && stepped.Length > 0)
        {
            var norm = Norm(_pool.A.Gradient!);
            if (!double.IsFinite(norm))
            {
                throw new PreconditionRejection("the pool's gradient is not finite; the step is refused and nothing has changed");
            }

            pool = Step(optimizer, _pool.A, norm);
        }

        return new StepReport(
            [.. _pass.Losses.Select(loss => new TaskStepReport(
                loss.Key,
                loss.Value,
                norms.TryGetValue(loss.Key, out var norm) ? Step(_tasks[loss.Key], norm) : null))],
            pool,
            _pass.Tokens);
    }

    private OptimizerStepReport Step(TaskState task, double norm)
    {
        var report = Step(task.Optimizer, task.Heads, norm);
        task.Budget?.Follow(task.Heads.Weights.Flat, task.Heads.Gradient!, task.Optimizer.Step);
        return report;
    }

    private OptimizerStepReport Step(AdamW optimizer, TrainableMatrices matrices, double norm)
    {
        var rate = optimizer.LearningRate;
        optimizer.Apply(matrices.Weights.Flat, matrices.Gradient!, norm, _model.Team);
        return new OptimizerStepReport(optimizer.Step, rate, norm);
    }

    private static double Norm(Tensor gradient)
    {
        using var norm = gradient.norm();
        return norm.item<float>();
    }

    private Draws? SeededDrawsOf(TaskName task)
    {
        var state = _tasks[task];
        return state.Coupling.DrawCount == 0 ? null : SeededDraws.Of(state.Coupling, state.Spec.Seed, state.Optimizer.Step);
    }
}
