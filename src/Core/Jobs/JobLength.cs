using CoLA.Core.Rejections;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;

namespace CoLA.Core.Jobs;

/// <summary>Fills in what schedules and rank budgets need to know of a job's number of steps.</summary>
internal sealed class JobLength(int steps)
{
    /// <summary>The session's spec with the job's steps wherever a schedule or a rank budget has no total.</summary>
    /// <exception cref="InvalidArgumentRejection">A warm-up is longer than the job.</exception>
    public OpenSessionSpec Fill(OpenSessionSpec session) => session with
    {
        Tasks = [.. session.Tasks.Select((task, at) => task with
        {
            Optimizer = Fill(task.Optimizer, $"tasks[{at}].optimizer"),
            Budget = task.Budget is { TotalSteps: 0 } budget
                ? budget with { TotalSteps = steps, InitialSteps = steps / 10, FinalSteps = steps * 3L / 10 }
                : task.Budget,
        })],
        PoolOptimizer = session.PoolOptimizer is { } optimizer ? Fill(optimizer, "pool_optimizer") : null,
    };

    private OptimizerSpec Fill(OptimizerSpec optimizer, string field)
    {
        var schedule = optimizer.Schedule;
        if (schedule.WarmupSteps > steps)
        {
            throw new InvalidArgumentRejection($"{field}.schedule.warmup_steps", $"{schedule.WarmupSteps} is above {steps}, the steps of the job");
        }

        return schedule is { Shape: not ScheduleShape.Constant, TotalSteps: 0 }
            ? optimizer with { Schedule = schedule with { TotalSteps = steps } }
            : optimizer;
    }
}
