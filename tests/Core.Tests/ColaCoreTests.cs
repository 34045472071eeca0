using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Catalog.Pools;
using CoLA.Core.Model;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests;

public sealed class ColaCoreTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public async Task Dispose_WhileCallsRunAndWait_EveryCallEnds(int callsBefore)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        await world.StepAsync(session, 1, Example(task, "a", "b"));
        var examples = Enumerable.Range(0, 60).Select(at => Example(task, new string('a', 90), $"{at}")).ToArray();
        Func<Task>[] calls =
        [
            () => world.StepAsync(session, 2, examples),
            () => world.StepAsync(session, 2, examples), // waits at the session's gate
            () => world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation),
            () => world.GenerateAsync(100, (task, "one"), (null, "two")),
            () => world.ScoreAsync(task, new string('x', 80), "yyy"),
            () => world.Core.Pools.CreateAsync(
                world.Mutation(),
                "other",
                new PoolSpec(Enum.GetValues<Target>(), 4, 8, 8, Initialisation.Pissa, null, 5),
                PoolSharing.Private,
                world.Cancellation),
        ];
        var running = calls.Select(call => Task.Run(call, world.Cancellation)).ToArray();
        for (var call = 0; call < callsBefore; call++)
        {
            await world.ScoreAsync(null, "a", "b");
        }

        await world.RestartAsync().WaitAsync(TimeSpan.FromSeconds(30), world.Cancellation);

        // Whatever became of them: none waits for an engine that is gone.
        await Task.WhenAny(Task.WhenAll(running), Task.Delay(TimeSpan.FromSeconds(30), world.Cancellation));
        Assert.Empty(running.Index().Where(call => !call.Item.IsCompleted).Select(call => call.Index));
        Assert.Equal(1, (await world.StepAsync(session, 1, Example(task, "a", "b"))).Tasks[0].Step!.Step);
    }
}
