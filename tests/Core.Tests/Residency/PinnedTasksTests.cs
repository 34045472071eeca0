using CoLA.Core.Naming;
using CoLA.Core.Telemetry;
using CoLA.Core.Tests.Telemetry;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Residency;

public sealed class PinnedTasksTests
{
    [Fact]
    public async Task Publish_OfAPinnedTask_ItsVersionIsThereBeforeAnybodyAsks()
    {
        using var metrics = new MetricsRecorder();
        using var telemetry = new ColaTelemetry(metrics);
        var pinned = new TaskName(Acme, "pinned");
        await using var world = new CoreWorld(
            new ColaOptions { Residency = new() { PinnedTasks = [$"{pinned}", $"{new TaskName(Globex, "never")}"] }, Adapters = new() { Memory = 1 } },
            telemetry);
        await world.MakePoolAsync();
        var tasks = new[] { await world.MakeTaskAsync(pinned.Task), await world.MakeTaskAsync("other") };
        var session = (await world.OpenAsync(tasks, frozen: true)).Session.Name;
        await world.StepAsync(session, 1, [.. tasks.Select(task => Example(task, "the quick", " fox"))]);
        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);

        while (metrics.Sum("cola.adapters.resident") == 0)
        {
            await Task.Yield(); // it comes by itself
        }

        // The other task is loaded for its row and does not fit; the pinned one was loaded for nobody and stays.
        await world.GenerateAsync(3, (tasks[1], "x"));
        await world.GenerateAsync(3, (tasks[0], "x"));
        await world.GenerateAsync(3, (tasks[1], "x"));
        await world.GenerateAsync(3, (tasks[0], "x"));

        Assert.Equal(3, metrics.Of("cola.adapters.load.duration").Count);
    }
}
