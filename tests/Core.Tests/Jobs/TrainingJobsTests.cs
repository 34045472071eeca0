using CoLA.Core.Catalog;
using CoLA.Core.Catalog.Tasks;
using CoLA.Core.Jobs;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;
using Xunit;

namespace CoLA.Core.Tests.Jobs;

public sealed class TrainingJobsTests
{
    [Fact]
    public async Task Job_TwoTasks_LearnsPublishesAndLetsGo()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var (one, two) = (await world.World.MakeTaskAsync("one"), await world.World.MakeTaskAsync("two"));

        var job = await world.SubmitAsync(JobWorld.Spec(one, two) with { Steps = 30, Evaluation = new EvaluationSpec() });
        var (events, end) = await world.WatchAsync(job.Name);

        Assert.Equal(JobState.Succeeded, end.State);
        Assert.Equal(Enumerable.Range(1, 30), events.OfType<JobStep>().Select(step => step.Step));
        Assert.Equal(Enumerable.Range(0, 11).Select(at => at * 3), events.OfType<JobEvaluation>().Select(evaluation => evaluation.Step));
        Assert.True(end.Progress.BestLoss < events.OfType<JobEvaluation>().First().Loss / 2);
        Assert.Equal(events.OfType<JobStep>().Sum(step => step.Tokens), end.Progress.Tokens);
        Assert.All(end.Outcome!.Publication!.Tasks, task => Assert.True(task.Served));
        Assert.Equal(2, (await world.World.Core.Tasks.GetAsync(CoreWorld.Acme, one, world.Cancellation)).ServedVersion);
        await world.World.OpenAsync([one, two]);
    }

    [Fact]
    public async Task Job_AndTheSameLoopByHand_ComeToTheSameBits()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var (one, two) = (await world.World.MakeTaskAsync("one"), await world.World.MakeTaskAsync("two"));
        var spec = JobWorld.Spec(one, two) with { Publish = false };
        var (events, _) = await world.WatchAsync((await world.SubmitAsync(spec)).Name);

        var session = (await world.World.Core.Sessions.OpenAsync(world.World.Mutation(), spec.Session, world.Cancellation)).Session.Name;
        var batches = new JobBatches(
            new JobData([.. new[] { one, two }.Select(task => new JobTaskData(
                task,
                [.. JobWorld.Sources(task).OfType<JobExamples>().First().Examples.Select(example => example.Content)],
                []))]),
            JobPlan.Of(spec, [new JobTask(one, 6, 0), new JobTask(two, 6, 0)]),
            0);

        foreach (var step in events.OfType<JobStep>())
        {
            var own = await world.World.StepAsync(session, step.Step, [.. batches.Next()]);
            Assert.Equal(own.Tasks.Select(task => task.Loss), step.Tasks.Select(task => task.Loss));
        }
    }

    [Fact]
    public async Task Submit_SentTwice_IsOneJob()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var one = await world.World.MakeTaskAsync("one");
        var mutation = world.World.Mutation();
        Task<JobSnapshot> Submit() => world.Jobs.SubmitAsync(mutation, JobWorld.Spec(one), JobWorld.Sources(one), new DataReading(new()), world.Cancellation);

        var both = await Task.WhenAll(Submit(), Submit());

        Assert.Equal(both[0].Name, both[1].Name);
        Assert.Single((await world.Jobs.ListAsync(CoreWorld.Acme, new PageRequest(), world.Cancellation)).Items);
    }

    [Fact]
    public async Task EarlyStopping_WhenNothingImproves_StopsAndPublishesTheBest()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var one = await world.World.MakeTaskAsync("one");

        // What is held out contradicts what is learnt: it only gets worse.
        JobSource[] sources =
        [
            new JobExamples([CoreWorld.Example(one, "say:", " yes")], false),
            new JobExamples([CoreWorld.Example(one, "say:", " no, never")], true),
        ];
        var spec = JobWorld.Spec(one) with { Steps = 40, Evaluation = new EvaluationSpec(Every: 4, Patience: 2, KeepBest: true) };

        var (events, end) = await world.WatchAsync((await world.SubmitAsync(spec, sources)).Name);

        Assert.Equal(JobState.Succeeded, end.State);
        Assert.True(end.Outcome!.StoppedEarly);
        var evaluations = events.OfType<JobEvaluation>().ToList();
        Assert.Equal(evaluations.Single(evaluation => evaluation.IsBest && evaluation.Loss == end.Progress.BestLoss).Step, end.Progress.BestStep);
        Assert.Equal(2, evaluations.Count(evaluation => evaluation.Step > end.Progress.BestStep));
        Assert.True(evaluations[^1].Loss > end.Progress.BestLoss);

        // The published weights are those of the best step: a session that begins with them finds its loss.
        var session = (await world.World.OpenAsync([one])).Session.Name;
        var found = await world.World.Core.Steps.EvaluateAsync(
            CoreWorld.Acme, session, new BatchSpec([CoreWorld.Example(one, "say:", " no, never")]), world.Cancellation);
        Assert.Equal(end.Progress.BestLoss, found[one].Mean);
    }

    [Fact]
    public async Task Cancel_OneThatRuns_LeavesNoTrace()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var one = await world.World.MakeTaskAsync("one");
        var job = await world.SubmitAsync(JobWorld.Spec(one) with { Steps = 1_000_000 });
        await world.ReachAsync(job.Name, 3);

        var cancelled = await world.Jobs.CancelAsync(world.World.Mutation(), job.Name, world.Cancellation);

        Assert.Equal(JobState.Cancelled, cancelled.State);
        Assert.Null(cancelled.Session);
        Assert.Equal(1, (await world.World.Core.Tasks.GetAsync(CoreWorld.Acme, one, world.Cancellation)).ServedVersion);
        await world.World.OpenAsync([one]);
        Assert.Equal(JobState.Cancelled, (await world.WatchAsync(job.Name)).End.State);
        var refused = await Assert.ThrowsAsync<PreconditionRejection>(() => world.Jobs.CancelAsync(world.World.Mutation(), job.Name, world.Cancellation));
        Assert.Contains("CANCELLED", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_MoreJobsThanMayRun_TakesTenantsInTurnAndNoTaskTwice()
    {
        await using var world = new JobWorld(new ColaOptions { Jobs = new() { Maximum = 1 } });
        await world.World.MakePoolAsync();
        var one = await world.World.MakeTaskAsync("one");
        var other = await world.World.MakeTaskAsync("other", tenant: CoreWorld.Globex);
        var running = await world.SubmitAsync(JobWorld.Spec(one) with { Steps = 1_000_000 });
        await world.ReachAsync(running.Name, 1);
        var second = await world.SubmitAsync(JobWorld.Spec(one) with { Steps = 2 });
        var foreign = await world.SubmitAsync(JobWorld.Spec(other) with { Steps = 2 }, tenant: CoreWorld.Globex);
        var waiting = await world.SubmitAsync(JobWorld.Spec(one) with { Steps = 2 });

        Assert.Equal(JobState.Queued, (await world.Jobs.GetAsync(CoreWorld.Acme, second.Name, world.Cancellation)).State);
        await world.Jobs.CancelAsync(world.World.Mutation(), waiting.Name, world.Cancellation);
        await world.Jobs.CancelAsync(world.World.Mutation(), running.Name, world.Cancellation);

        var ends = new[] { (await world.WatchAsync(second.Name)).End, (await world.WatchAsync(foreign.Name)).End };
        Assert.All(ends, end => Assert.Equal(JobState.Succeeded, end.State));
        Assert.True(ends[1].Started <= ends[0].Started, "the tenant that had no turn yet comes first");
        Assert.Equal(JobState.Cancelled, (await world.Jobs.GetAsync(CoreWorld.Acme, waiting.Name, world.Cancellation)).State);
    }

    [Fact]
    public async Task Job_WhoseTaskIsHeld_FailsAndSaysWhy()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var one = await world.World.MakeTaskAsync("one");
        await world.World.OpenAsync([one]);

        var (_, end) = await world.WatchAsync((await world.SubmitAsync(JobWorld.Spec(one))).Name);

        Assert.Equal(JobState.Failed, end.State);
        Assert.Contains("is in an open session", end.Outcome!.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_WhoseTaskIsDeletedWhileItWaits_FailsAndSaysWhy()
    {
        await using var world = new JobWorld(new ColaOptions { Jobs = new() { Maximum = 1 } });
        await world.World.MakePoolAsync();
        var (one, two) = (await world.World.MakeTaskAsync("one"), await world.World.MakeTaskAsync("two"));
        var running = await world.SubmitAsync(JobWorld.Spec(one) with { Steps = 1_000_000 });
        var waiting = await world.SubmitAsync(JobWorld.Spec(two));
        await world.World.Core.Tasks.DeleteAsync(world.World.Mutation(), two, world.Cancellation);

        await world.Jobs.CancelAsync(world.World.Mutation(), running.Name, world.Cancellation);
        var (_, end) = await world.WatchAsync(waiting.Name);

        Assert.Equal(JobState.Failed, end.State);
        Assert.Contains($"{two} was not found", end.Outcome!.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_WhoseLossIsNotFinite_FailsAndLetsGo()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var one = await world.World.MakeTaskAsync("one");
        var spec = JobWorld.Spec(one);
        spec = spec with { Session = spec.Session with { Tasks = [new SessionTaskSpec(one, new OptimizerSpec(1e30))] } };

        var (_, end) = await world.WatchAsync((await world.SubmitAsync(spec)).Name);

        Assert.Equal(JobState.Failed, end.State);
        Assert.Contains("finite", end.Outcome!.Failure, StringComparison.Ordinal);
        await world.World.OpenAsync([one]);
    }

    [Fact]
    public async Task Job_WhoseSessionIsClosedUnderIt_FailsAndSaysWhy()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var job = await world.SubmitAsync(JobWorld.Spec(await world.World.MakeTaskAsync("one")) with { Steps = 1_000_000 });
        await world.ReachAsync(job.Name, 2);
        var session = (await world.Jobs.GetAsync(CoreWorld.Acme, job.Name, world.Cancellation)).Session!.Value;

        await world.World.Core.Sessions.CloseAsync(world.World.Mutation(), session, world.Cancellation);
        var (_, end) = await world.WatchAsync(job.Name);

        Assert.Equal(JobState.Failed, end.State);
        Assert.Contains($"{session} was not found", end.Outcome!.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_WhoseGrantIsRevoked_FailsNamingTheTask()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var own = await world.World.MakeTaskAsync("own");
        var lent = await world.World.MakeTaskAsync("lent", tenant: CoreWorld.Globex, grants: new TaskGrant(CoreWorld.Acme, Grants.Train));
        var job = await world.SubmitAsync(JobWorld.Spec(own, lent) with { Steps = 1_000_000 });
        await world.ReachAsync(job.Name, 2);

        await world.World.Core.Tasks.UpdateAsync(world.World.Mutation(CoreWorld.Globex), lent, [], world.Cancellation);
        var (_, end) = await world.WatchAsync(job.Name);

        Assert.Equal(JobState.Failed, end.State);
        Assert.Contains($"{lent} is not in", end.Outcome!.Failure, StringComparison.Ordinal);
        await world.World.OpenAsync([own]);
    }

    [Fact]
    public async Task Watch_OfAnotherTenant_FindsNothing()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var job = await world.SubmitAsync(JobWorld.Spec(await world.World.MakeTaskAsync("one")));

        await Assert.ThrowsAsync<NotFoundRejection>(
            async () => await world.Jobs.WatchAsync(CoreWorld.Globex, job.Name, 0, world.Cancellation).ToListAsync(world.Cancellation));
        await Assert.ThrowsAsync<NotFoundRejection>(() => world.Jobs.GetAsync(CoreWorld.Globex, job.Name, world.Cancellation).AsTask());
        Assert.Empty((await world.Jobs.ListAsync(CoreWorld.Globex, new PageRequest(), world.Cancellation)).Items);
    }

    [Fact]
    public async Task Watch_Late_HearsTheWholeCurveAndOnlyWhatItHasNotSeen()
    {
        await using var world = new JobWorld();
        await world.World.MakePoolAsync();
        var job = await world.SubmitAsync(JobWorld.Spec(await world.World.MakeTaskAsync("one")));
        var (all, _) = await world.WatchAsync(job.Name);

        var (late, end) = await world.WatchAsync(job.Name, after: 9);

        Assert.Equal(12, all.Count);
        Assert.Equal(JobWorld.Losses(all.Skip(9)), JobWorld.Losses(late));
        Assert.Equal(JobState.Succeeded, end.State);
    }
}
