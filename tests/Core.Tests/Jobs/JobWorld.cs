using CoLA.Core.Data;
using CoLA.Core.Jobs;
using CoLA.Core.Naming;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;

namespace CoLA.Core.Tests.Jobs;

/// <summary>A core with a pool, and short words for jobs.</summary>
internal sealed class JobWorld(ColaOptions? options = null, TimeProvider? time = null) : IAsyncDisposable
{
    private static readonly DataReading Reading = new(new DataSetOptions());

    public CoreWorld World { get; } = new(options, time: time);

    public TrainingJobs Jobs => World.Core.Jobs;

    public CancellationToken Cancellation => World.Cancellation;

    public static JobSpec Spec(params TaskName[] tasks) => new(new OpenSessionSpec(
        CoreWorld.Pool, null, [.. tasks.Select(task => new SessionTaskSpec(task, new OptimizerSpec(1e-2), 0.1))], new OptimizerSpec(1e-2), false))
    {
        Steps = 12,
        BatchPerTask = 2,
        CheckpointEvery = 5,
    };

    /// <summary>Six examples for training and two held out, others for each task.</summary>
    public static IReadOnlyList<JobSource> Sources(params TaskName[] tasks) =>
    [
        .. tasks.SelectMany(task => (JobSource[])
        [
            new JobExamples([.. Enumerable.Range(0, 6).Select(item => CoreWorld.Example(task, $"{task.Task} {item}:", $" {task.Task[..1]}{item % 2}"))], false),
            new JobExamples([.. Enumerable.Range(6, 2).Select(item => CoreWorld.Example(task, $"{task.Task} {item}:", $" {task.Task[..1]}{item % 2}"))], true),
        ]),
    ];

    public Task<JobSnapshot> SubmitAsync(JobSpec spec, IReadOnlyList<JobSource>? sources = null, TenantId? tenant = null) => Jobs.SubmitAsync(
        World.Mutation(tenant), spec, sources ?? Sources([.. spec.Session.Tasks.Select(task => task.Task)]), Reading, Cancellation);

    /// <summary>All that a job tells, to its end.</summary>
    public async Task<(IReadOnlyList<JobEvent> Events, JobSnapshot End)> WatchAsync(JobName name, long after = 0)
    {
        var news = await Jobs.WatchAsync(name.Tenant, name, after, Cancellation).ToListAsync(Cancellation);
        return ([.. news.Select(item => item.Event).OfType<JobEvent>()], news[^1].Job!);
    }

    /// <summary>Waits until a job has taken a step.</summary>
    public async Task ReachAsync(JobName name, int step)
    {
        await foreach (var news in Jobs.WatchAsync(name.Tenant, name, 0, Cancellation))
        {
            if (news.Event is JobStep taken && taken.Step >= step)
            {
                return;
            }
        }

        throw new InvalidOperationException($"{name} ended before step {step}");
    }

    /// <summary>The losses of a curve, exactly: what two runs of one job must agree in.</summary>
    public static IReadOnlyList<string> Losses(IEnumerable<JobEvent> events) =>
    [
        .. events.Select(item => item switch
        {
            JobStep step => $"{step.Step}: {string.Join(' ', step.Tasks.Select(task => $"{task.Task.Task} {task.Loss.Sum:R} {task.Step!.GradientNorm:R}"))}",
            JobEvaluation evaluation => $"{evaluation.Step}: held out {string.Join(' ', evaluation.Tasks.Select(task => $"{task.Loss.Sum:R}"))}",
            _ => "",
        }),
    ];

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
