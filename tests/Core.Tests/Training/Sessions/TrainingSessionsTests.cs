using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Sessions;
using CoLA.Core.Training.State;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Training.Sessions;

public sealed class TrainingSessionsTests
{
    [Fact]
    public async Task TrainStep_TwoTasks_BothLearnAndServeOnlyAfterPublish()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var north = await world.MakeTaskAsync("north");
        var south = await world.MakeTaskAsync("south", Strategy.Full, 2);
        var before = (North: await world.ScoreAsync(north, "say:", " up"), South: await world.ScoreAsync(south, "say:", " down"));
        var session = (await world.OpenAsync([north, south])).Session.Name;

        var losses = new List<double>();
        for (var sequence = 1; sequence <= 20; sequence++)
        {
            var report = await world.StepAsync(session, sequence, Example(north, "say:", " up"), Example(south, "say:", " down"));
            losses.Add(report.Tasks.Sum(task => task.Loss.Mean));
            Assert.All(report.Tasks, task => Assert.Equal(sequence, task.Step!.Step));
            Assert.Equal(sequence, report.Pool!.Step);
        }

        Assert.True(losses[^1] < 0.5 * losses[0], $"{losses[0]} -> {losses[^1]}");
        Assert.Equal(before.North, await world.ScoreAsync(north, "say:", " up"), 1e-9);

        var published = await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        Assert.Equal(2, published.PoolVersion!.Number);
        Assert.All(published.Tasks, task => Assert.True(task.Served));
        Assert.True(await world.ScoreAsync(north, "say:", " up") > before.North + 1);
        Assert.True(await world.ScoreAsync(south, "say:", " down") > before.South + 1);
        Assert.True(await world.ScoreAsync(north, "say:", " up") > await world.ScoreAsync(south, "say:", " up"));
    }

    [Fact]
    public async Task Evaluate_PublishedTask_AgreesWithScore()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(initialisation: Initialisation.Pissa);
        var task = await world.MakeTaskAsync("t", Strategy.Random);
        var session = (await world.OpenAsync([task])).Session.Name;
        for (var sequence = 1; sequence <= 5; sequence++)
        {
            await world.StepAsync(session, sequence, Example(task, "ab", "cd"));
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        var example = new TrainingExample(task, new Core.Data.Examples.TokenExample([97, 98, 99, 100], [0, 0, 1, 1]));
        var losses = await world.Core.Steps.EvaluateAsync(Acme, session, new BatchSpec([example]), world.Cancellation);

        Assert.Equal(-losses[task].Sum, await world.ScoreAsync(task, "ab", "cd"), 1e-4);
        Assert.Equal(2, losses[task].Tokens);
    }

    [Fact]
    public async Task SaveState_RestartAndGoOn_IsBitIdenticalToNotHavingStopped()
    {
        var whole = await RunAsync(stops: false);
        var stopped = await RunAsync(stops: true);

        Assert.Equal(whole, stopped);
    }

    [Fact]
    public async Task LoadState_AfterMoreSteps_GoesBackButNotTheSequence()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t", Strategy.RandomReversed);
        var session = (await world.OpenAsync([task])).Session.Name;
        await world.StepAsync(session, 1, Example(task, "a", "b"));
        var saved = await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
        var second = await world.StepAsync(session, 2, Example(task, "a", "b"));
        await world.StepAsync(session, 3, Example(task, "c", "d"));

        var view = await world.Core.Sessions.LoadStateAsync(world.Mutation(), saved.Name, world.Cancellation);
        var again = await world.StepAsync(session, 4, Example(task, "a", "b"));

        Assert.Equal(4, view.NextSequence);
        Assert.Equal(1, view.Steps[task]);
        Assert.Equal(second.Tasks[0].Loss, again.Tasks[0].Loss);
        Assert.Equal(second.Tasks[0].Step, again.Tasks[0].Step);
    }

    [Fact]
    public async Task Open_SentAgainAfterARestart_DoesNotSetTheSessionBack()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var mutation = world.Mutation();
        var spec = new OpenSessionSpec(Pool, null, [new SessionTaskSpec(task, new OptimizerSpec(1e-2))], new OptimizerSpec(1e-2), false);
        var session = (await world.Core.Sessions.OpenAsync(mutation, spec, world.Cancellation)).Session.Name;
        await world.StepAsync(session, 1, Example(task, "a", "b"));
        await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
        await world.RestartAsync();

        var again = await world.Core.Sessions.OpenAsync(mutation, spec, world.Cancellation);

        Assert.Equal(session, again.Session.Name);
        Assert.Equal(2, (await world.StepAsync(session, 2, Example(task, "a", "b"))).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task Close_SentAgain_ActsOnce()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var session = (await world.OpenAsync([await world.MakeTaskAsync("t")])).Session.Name;
        var mutation = world.Mutation();

        await world.Core.Sessions.CloseAsync(mutation, session, world.Cancellation);
        await world.Core.Sessions.CloseAsync(mutation, session, world.Cancellation);

        await Assert.ThrowsAsync<NotFoundRejection>(() => world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation));
    }

    [Fact]
    public async Task TrainStep_SameNumberAgain_ActsOnce_OtherNumbersAreRefused()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;

        var first = await world.StepAsync(session, 1, Example(task, "a", "b"));
        var again = await world.StepAsync(session, 1, Example(task, "a", "b"));
        Assert.Equal(first.Tasks, again.Tasks);
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.StepAsync(session, 1, Example(task, "other", "b")));
        var gap = await Assert.ThrowsAsync<PreconditionRejection>(() => world.StepAsync(session, 3, Example(task, "a", "b")));
        Assert.Contains("sequence 2", gap.Message, StringComparison.Ordinal);

        Assert.Equal(2, (await world.StepAsync(session, 2, Example(task, "a", "b"))).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task TrainStep_BadExamples_NameEachAndTheNextCallWorks()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        async Task<string> Refused(params TrainingExample[] examples) =>
            (await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.StepAsync(session, 1, examples))).Message;

        Assert.Contains("examples: is empty", await Refused(), StringComparison.Ordinal);
        Assert.Contains("examples[1]: has", await Refused(Example(task, "a", "b"), Example(task, new string('x', 200), "y")), StringComparison.Ordinal);
        Assert.Contains("examples[0].task", await Refused(Example(new(Acme, "stranger"), "a", "b")), StringComparison.Ordinal);
        Assert.Contains("0..259", await Refused(new TrainingExample(task, new Core.Data.Examples.TokenExample([1, 999], [0, 1]))), StringComparison.Ordinal);
        Assert.Contains("at least 2", await Refused(new TrainingExample(task, new Core.Data.Examples.TokenExample([1], [1]))), StringComparison.Ordinal);
        Assert.Contains("entries", await Refused(new TrainingExample(task, new Core.Data.Examples.TokenExample([1, 2], [1]))), StringComparison.Ordinal);
        Assert.Contains(
            "finite", await Refused(new TrainingExample(task, new Core.Data.Examples.TokenExample([1, 2], [0, float.NaN]))), StringComparison.Ordinal);

        Assert.Equal(1, (await world.StepAsync(session, 1, Example(task, "a", "b"))).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task TrainStep_LossNotFinite_IsRefusedAndNothingChanges()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var wild = (await world.OpenAsync([task], rate: 1e30)).Session.Name;
        await world.StepAsync(wild, 1, Example(task, "a", "b"));

        var rejection = await Assert.ThrowsAsync<PreconditionRejection>(async () =>
        {
            for (var sequence = 2; sequence < 6; sequence++)
            {
                await world.StepAsync(wild, sequence, Example(task, "a", "b"));
            }
        });

        Assert.Contains("not finite", rejection.Message, StringComparison.Ordinal);
        Assert.Contains(task.ToString(), rejection.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TrainStep_Cancelled_LeavesNoTrace()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        var examples = new[] { Example(task, "a", "b") };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            world.Core.Steps.TrainStepAsync(Call(session, 1, examples), new BatchSpec(examples), new CancellationToken(canceled: true)));

        Assert.Equal(1, (await world.StepAsync(session, 1, examples)).Tasks[0].Step!.Step);
    }

    [Fact]
    public async Task Publish_FrozenPool_MakesNoPoolVersion()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(initialisation: Initialisation.PissaSlices);
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task], frozen: true)).Session.Name;
        var report = await world.StepAsync(session, 1, Example(task, "a", "b"));

        var published = await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);

        Assert.Null(report.Pool);
        Assert.Null(published.PoolVersion);
        Assert.Equal(1, (await world.Core.Tasks.GetAsync(Acme, task, world.Cancellation)).PoolVersion);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Publish_TaskThatIsServed_NewVersionIsServedWithoutItsFiles(bool frozen)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task], frozen)).Session.Name;
        await world.StepAsync(session, 1, Example(task, "ab", "cd"));
        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        var first = await world.ScoreAsync(task, "ab", "cd");
        var before = Directory.GetFiles(world.MatricesDirectory);
        await world.StepAsync(session, 2, Example(task, "ab", "cd"));
        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        foreach (var file in Directory.GetFiles(world.MatricesDirectory).Except(before))
        {
            File.Delete(file);
        }

        Assert.True(await world.ScoreAsync(task, "ab", "cd") > first);
    }

    [Fact]
    public async Task Publish_MovedPool_LateTaskBeginsAtTheBaseAndLearns()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(initialisation: Initialisation.Pissa);
        var early = await world.MakeTaskAsync("early");
        var session = (await world.OpenAsync([early])).Session.Name;
        await world.StepAsync(session, 1, Example(early, "a", "b"));
        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        await world.Core.Sessions.CloseAsync(world.Mutation(), session, world.Cancellation);

        var late = await world.MakeTaskAsync("late");
        Assert.Equal(await world.ScoreAsync(null, "a", "b"), await world.ScoreAsync(late, "a", "b"), 1e-9);
        var second = (await world.OpenAsync([early, late])).Session.Name;
        await world.StepAsync(second, 1, Example(late, "a", "b"));
        for (var sequence = 2; sequence <= 10; sequence++)
        {
            await world.StepAsync(second, sequence, Example(late, "a", "b"));
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), second, new PublishSpec(), world.Cancellation);
        Assert.True(await world.ScoreAsync(late, "a", "b") > await world.ScoreAsync(null, "a", "b"));
    }

    private static async Task<IReadOnlyList<double>> RunAsync(bool stops)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(initialisation: Initialisation.Pissa);
        var north = await world.MakeTaskAsync("north", Strategy.Random);
        var south = await world.MakeTaskAsync("south");
        var session = (await world.OpenAsync([north, south], dropout: 0.1)).Session.Name;
        var numbers = new List<double>();
        for (var sequence = 1; sequence <= 8; sequence++)
        {
            // South is away in every third step.
            TrainingExample[] examples = sequence % 3 == 0
                ? [Example(north, "ab", $"{sequence}")]
                : [Example(north, "ab", $"{sequence}"), Example(south, "cd", $"{sequence}")];
            var report = await world.StepAsync(session, sequence, examples);
            numbers.AddRange(report.Tasks.SelectMany(task => new[] { task.Loss.Sum, task.Step!.GradientNorm }).Append(report.Pool!.GradientNorm));
            if (stops && sequence is 3 or 5)
            {
                await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
                await world.RestartAsync();
            }
        }

        return numbers;
    }
}
