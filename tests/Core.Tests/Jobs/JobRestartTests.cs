using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Jobs;
using Xunit;

namespace CoLA.Core.Tests.Jobs;

/// <summary>A job and the server's end.</summary>
public sealed class JobRestartTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restart_BetweenCheckpoints_ComesToTheSameCurve(bool keepBest)
    {
        var evaluation = new EvaluationSpec(Every: 3, Patience: 8, KeepBest: keepBest);
        var (whole, wholeScore) = await RunAsync(evaluation, []);
        var (broken, brokenScore) = await RunAsync(evaluation, [2, 8, 16]);

        Assert.Equal(JobWorld.Losses(whole), JobWorld.Losses(broken));
        Assert.Equal(wholeScore, brokenScore);
    }

    [Fact]
    public async Task Restart_WatcherThatGoesOn_HearsEverythingOnce()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var job = await world.SubmitAsync(JobWorld.Spec(await world.World.MakeTaskAsync("one")) with { Steps = 300, CheckpointEvery = 100 });
        var heard = new List<JobNews>();
        await foreach (var news in world.Jobs.WatchAsync(CoreWorld.Acme, job.Name, 0, world.Cancellation))
        {
            heard.Add(news);
            if (news.Number == 130)
            {
                break;
            }
        }

        await world.World.RestartAsync();
        Assert.InRange((await world.Jobs.GetAsync(CoreWorld.Acme, job.Name, world.Cancellation)).Progress.CheckpointStep, 100, 200);
        await foreach (var news in world.Jobs.WatchAsync(CoreWorld.Acme, job.Name, heard[^1].Number, world.Cancellation))
        {
            heard.Add(news);
        }

        Assert.Equal(Enumerable.Range(1, 300), heard.Select(news => news.Event).OfType<JobStep>().Select(step => step.Step));
        Assert.Equal(JobState.Succeeded, heard[^1].Job!.State);
    }

    [Fact]
    public async Task Restart_JobThatWaited_RunsThen()
    {
        await using var world = new JobWorld(new() { Jobs = new() { Maximum = 1 } });
        await world.World.MakePoolAsync();
        var running = await world.SubmitAsync(JobWorld.Spec(await world.World.MakeTaskAsync("one")) with { Steps = 1_000_000 });
        var waiting = await world.SubmitAsync(JobWorld.Spec(await world.World.MakeTaskAsync("two")));
        await world.ReachAsync(running.Name, 1);

        await world.World.RestartAsync();
        await world.ReachAsync(running.Name, 1);
        Assert.Equal(JobState.Queued, (await world.Jobs.GetAsync(CoreWorld.Acme, waiting.Name, world.Cancellation)).State);
        await world.Jobs.CancelAsync(world.World.Mutation(), running.Name, world.Cancellation);

        Assert.Equal(JobState.Succeeded, (await world.WatchAsync(waiting.Name)).End.State);
    }

    [Fact]
    public async Task Restart_AfterItsEnd_KeepsTheCurveAndNotTheData()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var files = Directory.GetFiles(world.World.MatricesDirectory).Length;
        var job = await world.SubmitAsync(JobWorld.Spec(await world.World.MakeTaskAsync("one")) with { Publish = false });
        var (before, end) = await world.WatchAsync(job.Name);

        await world.World.RestartAsync();

        var (after, endAfter) = await world.WatchAsync(job.Name);
        Assert.Equal(JobWorld.Losses(before), JobWorld.Losses(after));
        Assert.Equal(end.Progress, endAfter.Progress);
        Assert.Null(endAfter.Outcome!.Publication);
        Assert.Equal(files, Directory.GetFiles(world.World.MatricesDirectory).Length);
    }

    /// <summary>Runs one job to its end, on a core that ends without closing anything whenever the job has come to one of the steps.</summary>
    private static async Task<(IReadOnlyList<JobEvent> Curve, double Score)> RunAsync(EvaluationSpec evaluation, int[] ends)
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var (one, two) = (await world.World.MakeTaskAsync("one", Strategy.Random), await world.World.MakeTaskAsync("two"));
        var job = await world.SubmitAsync(JobWorld.Spec(one, two) with { Steps = 23, Evaluation = evaluation });
        foreach (var step in ends)
        {
            await world.ReachAsync(job.Name, step);
            await world.World.RestartAsync();
        }

        var (curve, end) = await world.WatchAsync(job.Name);
        Assert.Equal(JobState.Succeeded, end.State);
        return (curve, await world.World.ScoreAsync(one, "one 7:", " o1"));
    }
}
