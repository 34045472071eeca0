using CoLA.Core.Data;
using CoLA.Core.Training.Examples;

namespace CoLA.Core.Jobs;

/// <summary>The examples of each step of a job. They depend only on the job's data, its seed and the number of the step.</summary>
internal sealed class JobBatches
{
    private readonly IReadOnlyList<ExampleOrder<TrainingExample>> _orders;
    private readonly int _batchPerTask;

    /// <param name="data">The job's examples.</param>
    /// <param name="plan">How many examples a step takes, and in which order.</param>
    /// <param name="step">The last step that the job has taken; 0 before the first.</param>
    public JobBatches(JobData data, JobPlan plan, int step)
    {
        _batchPerTask = plan.BatchPerTask;
        _orders = [.. data.Tasks.Select(task => new ExampleOrder<TrainingExample>(
            task.Training.Select(example => new TrainingExample(task.Task, example)), plan.Seed, task.Task.ToString()))];
        HeldOut = [.. data.Tasks.SelectMany(task => task.HeldOut.Select(example => new TrainingExample(task.Task, example)))];
        for (var taken = 0; taken < step; taken++)
        {
            Next();
        }
    }

    /// <summary>The examples that an evaluation reads.</summary>
    public IReadOnlyList<TrainingExample> HeldOut { get; }

    /// <summary>The examples of the next step.</summary>
    public IReadOnlyList<TrainingExample> Next() => [.. _orders.SelectMany(order => order.Take(_batchPerTask))];
}
