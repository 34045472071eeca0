using CoLA.Core.Rejections;
using CoLA.Core.Training.Sessions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Training.Sessions;

public sealed class SessionExpiryTests
{
    private static readonly TimeSpan Expiry = TimeSpan.FromMinutes(10);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Session_Idle_LetsGoOfItsTasksAndGoesOnFromItsSavedState()
    {
        await using var world = World();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        await world.StepAsync(session, 1, Example(task, "a", "b"));
        await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
        var second = await world.StepAsync(session, 2, Example(task, "a", "b"));

        await PassAsync(world, Expiry);
        var other = (await world.OpenAsync([task])).Session.Name;
        var held = await Assert.ThrowsAsync<PreconditionRejection>(() => world.StepAsync(session, 2, Example(task, "a", "b")));
        await world.Core.Sessions.CloseAsync(world.Mutation(), other, world.Cancellation);
        var ahead = await Assert.ThrowsAsync<PreconditionRejection>(() => world.StepAsync(session, 3, Example(task, "a", "b")));
        var again = await world.StepAsync(session, 2, Example(task, "a", "b"));

        Assert.Contains(task.ToString(), held.Message, StringComparison.Ordinal);
        Assert.Contains("sequence 2", ahead.Message, StringComparison.Ordinal);
        Assert.Equal(second.Tasks, again.Tasks);
    }

    [Fact]
    public async Task Session_Called_DoesNotExpire()
    {
        await using var world = World();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        for (var sequence = 1; sequence <= 3; sequence++)
        {
            await world.StepAsync(session, sequence, Example(task, "a", "b"));
            await PassAsync(world, Expiry / 2);
        }

        await Assert.ThrowsAsync<PreconditionRejection>(() => world.OpenAsync([task]));
        Assert.Equal(4, (await world.StepAsync(session, 4, Example(task, "a", "b"))).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task Session_ExpiredWithoutASavedState_BeginsAnewUnlessWhatItBeganWithIsGone()
    {
        await using var world = World();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        var first = await world.StepAsync(session, 1, Example(task, "a", "b"));

        await PassAsync(world, Expiry);
        var again = await world.StepAsync(session, 1, Example(task, "a", "b"));

        Assert.Equal(first.Tasks, again.Tasks);
    }

    [Fact]
    public async Task Session_Expired_TaskDeletedMeanwhile_HasLeftIt()
    {
        await using var world = World();
        var (kept, gone) = (await world.MakeTaskAsync("kept"), await world.MakeTaskAsync("gone"));
        var session = (await world.OpenAsync([kept, gone])).Session.Name;

        await PassAsync(world, Expiry);
        await world.Core.Tasks.DeleteAsync(world.Mutation(), gone, world.Cancellation);
        var refused = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.StepAsync(session, 1, Example(gone, "a", "b")));
        var step = await world.StepAsync(session, 1, Example(kept, "a", "b"));

        Assert.Equal("examples[0].task", refused.Violations.Single().Field);
        Assert.Equal(1, step.Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task Session_Expired_CanBeClosed()
    {
        await using var world = World();
        var session = (await world.OpenAsync([await world.MakeTaskAsync("t")])).Session.Name;
        await PassAsync(world, Expiry);

        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);

        await Assert.ThrowsAsync<NotFoundRejection>(() => world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation));
    }

    private CoreWorld World()
    {
        var world = new CoreWorld(new ColaOptions { Sessions = new() { Expiry = Expiry } }, time: _time);
        world.MakePoolAsync().GetAwaiter().GetResult();
        return world;
    }

    private async Task PassAsync(CoreWorld world, TimeSpan time)
    {
        await world.Core.Live.SweepAsync(); // a session is idle from when it was first seen
        _time.Advance(time);
        await world.Core.Live.SweepAsync();
    }
}
