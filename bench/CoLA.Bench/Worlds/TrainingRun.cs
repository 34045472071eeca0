using System.Diagnostics;
using CoLA.Core.Naming;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Sessions;

namespace CoLA.Bench.Worlds;

/// <summary>An open session of a benchmark, whose steps are timed.</summary>
internal sealed class TrainingRun(World world, SessionName session)
{
    private int _step;

    /// <summary>Opens a session on tasks of one pool.</summary>
    public static async Task<TrainingRun> OpenAsync(World world, PoolName pool, TaskName[] tasks, bool frozen) =>
        new(world, await world.OpenAsync(pool, tasks, frozen));

    /// <summary>Seconds of one step: forward, backward and optimizer.</summary>
    public async Task<double> StepAsync(IReadOnlyList<TrainingExample> examples, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        await world.Core.Steps.TrainStepAsync(new NumberedCall(World.Tenant, session, ++_step, [1]), new BatchSpec(examples), cancellation);
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    public Task PublishAsync(CancellationToken cancellation) => world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), cancellation);

    public Task CloseAsync(CancellationToken cancellation) => world.Core.Sessions.CloseAsync(world.Mutation(), session, cancellation);
}
