using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Naming;
using CoLA.Core.Rejections;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Optimizers;
using CoLA.Core.Training.Passes;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Training.Sessions;

/// <summary>Gradients and optimizer steps as calls of their own.</summary>
public sealed class TrainingStepsTests
{
    [Fact]
    public async Task OptimStep_AfterForwardBackward_IsTheTrainStep()
    {
        var whole = await LossesAsync(async (world, session, batch) => await world.StepAsync(session, 1, batch));
        var split = await LossesAsync(async (world, session, batch) =>
        {
            await world.ForwardBackwardAsync(session, 1, new BatchSpec(batch));
            await world.OptimStepAsync(session, 2);
        });

        Assert.Equal(whole, split);
    }

    [Fact]
    public async Task ForwardBackward_InHalves_IsTheWholeToRounding()
    {
        var whole = await LossesAsync(async (world, session, batch) => await world.StepAsync(session, 1, batch));
        var split = await LossesAsync(async (world, session, batch) =>
        {
            // Four tokens of weight 1 in each example: eight of each task in the whole batch.
            var normalisers = batch.Select(example => example.Task).Distinct().ToDictionary(task => task, _ => 8.0);
            await world.ForwardBackwardAsync(session, 1, new BatchSpec([.. batch.Take(2)]) { Normalisers = normalisers });
            await world.ForwardBackwardAsync(session, 2, new BatchSpec([.. batch.Skip(2)]) { Normalisers = normalisers });
            await world.OptimStepAsync(session, 3);
        });

        Assert.All(whole.Zip(split), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public async Task ForwardBackward_Sum_IsTheMeanTimesTheWeight()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        async Task<double> NormAsync(long sequence, Reduction reduction)
        {
            await world.ForwardBackwardAsync(session, sequence, new BatchSpec([Example(task, "a", "bcd")]) { Reduction = reduction });
            // Only the measure is wanted: a rate of zero moves nothing.
            return (await world.OptimStepAsync(
                session,
                sequence + 1,
                new OptimStepSpec { Optimizer = new OptimizerSpec(0), PoolOptimizer = new OptimizerSpec(0) })).Tasks[0].Step.GradientNorm;
        }

        Assert.Equal(4 * await NormAsync(1, Reduction.Mean), await NormAsync(3, Reduction.Sum), 1e-5);
    }

    [Fact]
    public async Task OptimStep_OfSomeTasks_LeavesTheOthersAndThePool()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var (north, south) = (await world.MakeTaskAsync("north"), await world.MakeTaskAsync("south"));
        var session = (await world.OpenAsync([north, south])).Session.Name;
        await world.ForwardBackwardAsync(session, 1, new BatchSpec([Example(north, "a", "b"), Example(south, "c", "d")]));

        var first = await world.OptimStepAsync(session, 2, new OptimStepSpec { Tasks = [north], Optimizer = new OptimizerSpec(0.5) });
        var rest = await world.OptimStepAsync(session, 3);
        var nothing = await Assert.ThrowsAsync<PreconditionRejection>(() => world.OptimStepAsync(session, 4));
        var idle = await Assert.ThrowsAsync<PreconditionRejection>(() => world.OptimStepAsync(session, 4, new OptimStepSpec { Tasks = [north] }));
        var strange = await Assert.ThrowsAsync<InvalidArgumentRejection>(
            () => world.OptimStepAsync(session, 4, new OptimStepSpec { Tasks = [new TaskName(Acme, "stranger")] }));

        Assert.Equal((north, 0.5, 1L), (first.Tasks.Single().Task, first.Tasks[0].Step.LearningRate, first.Tasks[0].Step.Step));
        Assert.Null(first.Pool);
        Assert.Equal(south, rest.Tasks.Single().Task);
        Assert.Equal((1L, 1e-2), (rest.Pool!.Step, rest.Pool.LearningRate));
        Assert.Contains("no gradient", nothing.Message, StringComparison.Ordinal);
        Assert.Contains(north.ToString(), idle.Message, StringComparison.Ordinal);
        Assert.Equal("tasks[0]", strange.Violations.Single().Field);
    }

    [Fact]
    public async Task OptimStep_PoolAskedFor_IsSteppedWithItsOwnOptimizerUnlessFrozen()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var (north, south, cold) = (await world.MakeTaskAsync("north"), await world.MakeTaskAsync("south"), await world.MakeTaskAsync("cold"));
        var session = (await world.OpenAsync([north, south])).Session.Name;
        await world.ForwardBackwardAsync(session, 1, new BatchSpec([Example(north, "a", "b"), Example(south, "c", "d")]));

        var both = await world.OptimStepAsync(session, 2, new OptimStepSpec { Tasks = [north], Pool = true, PoolOptimizer = new OptimizerSpec(0.25) });
        var later = await world.OptimStepAsync(session, 3);
        var frozen = (await world.OpenAsync([cold], frozen: true)).Session.Name;
        await world.ForwardBackwardAsync(frozen, 1, new BatchSpec([Example(cold, "a", "b")]));
        var refused = await Assert.ThrowsAsync<PreconditionRejection>(() => world.OptimStepAsync(frozen, 2, new OptimStepSpec { Pool = true }));

        Assert.Equal(0.25, both.Pool!.LearningRate);
        Assert.Null(later.Pool); // its gradient was cleared
        Assert.Contains("frozen", refused.Message, StringComparison.Ordinal);
        Assert.Null((await world.OptimStepAsync(frozen, 2)).Pool);
    }

    [Fact]
    public async Task ForwardBackward_SentAgain_AddsOnce()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        var batch = new BatchSpec([Example(task, "a", "b")]);

        var first = await world.ForwardBackwardAsync(session, 1, batch);
        var again = await world.ForwardBackwardAsync(session, 1, batch);
        await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.ForwardBackwardAsync(session, 1, new BatchSpec([Example(task, "x", "y")])));
        var step = await world.OptimStepAsync(session, 2);
        var stepAgain = await world.OptimStepAsync(session, 2);

        Assert.Equal(first.Tasks, again.Tasks);
        Assert.Equal(step.Tasks, stepAgain.Tasks);
        Assert.Equal(1, step.Tasks[0].Step.Step);
    }

    [Fact]
    public async Task ForwardBackward_OfWeightZero_MakesNoGradient()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;

        var report = await world.ForwardBackwardAsync(
            session, 1, new BatchSpec([new TrainingExample(task, new Core.Data.Examples.TokenExample([1, 2], [0, 0]))]));

        Assert.Equal((0, 0), (report[task].Weight, report.Tokens));
        await Assert.ThrowsAsync<PreconditionRejection>(() => world.OptimStepAsync(session, 2));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(0)]
    public async Task ForwardBackward_BadNormaliser_IsRefused(double number)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        var stranger = new TaskName(Acme, "stranger");
        var batch = new BatchSpec([Example(task, "a", "b")]) { Normalisers = new Dictionary<TaskName, double> { [task] = number, [stranger] = 1 } };

        var refused = await Assert.ThrowsAsync<InvalidArgumentRejection>(() => world.ForwardBackwardAsync(session, 1, batch));

        Assert.Equal(2, refused.Violations.Count);
    }

    [Fact]
    public async Task SaveState_WithGradientsThatWait_GoesOnAfterARestart()
    {
        async Task<double> RunAsync(bool stops)
        {
            await using var world = new CoreWorld();
            await world.MakePoolAsync();
            var task = await world.MakeTaskAsync("t", Strategy.Random);
            var session = (await world.OpenAsync([task])).Session.Name;
            var batch = new BatchSpec([Example(task, "ab", "cd")]);
            await world.ForwardBackwardAsync(session, 1, batch);
            if (stops)
            {
                await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
                await world.RestartAsync();
            }

            await world.OptimStepAsync(session, 2);
            return (await world.Core.Steps.EvaluateAsync(Acme, session, batch, world.Cancellation))[task].Sum;
        }

        Assert.Equal(await RunAsync(stops: false), await RunAsync(stops: true));
    }

    [Fact]
    public async Task LoadState_DropsGradientsThatCameLater()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task])).Session.Name;
        var saved = await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
        await world.ForwardBackwardAsync(session, 1, new BatchSpec([Example(task, "a", "b")]));

        await world.Core.Sessions.LoadStateAsync(world.Mutation(), saved.Name, world.Cancellation);

        await Assert.ThrowsAsync<PreconditionRejection>(() => world.OptimStepAsync(session, 2));
    }

    [Fact]
    public async Task Sessions_Interleaved_AreTheSerialised()
    {
        async Task<double[]> RunAsync(bool interleaved)
        {
            await using var world = new CoreWorld();
            await world.MakePoolAsync();
            var tasks = new[] { await world.MakeTaskAsync("north", Strategy.Random), await world.MakeTaskAsync("south") };
            var sessions = new[] { (await world.OpenAsync([tasks[0]])).Session.Name, (await world.OpenAsync([tasks[1]])).Session.Name };
            var order = Enumerable.Range(0, 8).Select(at => interleaved ? (Session: at % 2, Step: at / 2) : (Session: at / 4, Step: at % 4));
            foreach (var (session, step) in order)
            {
                await world.StepAsync(sessions[session], step + 1, Example(tasks[session], "ab", $"{step}{session}"));
            }

            var losses = new List<double>();
            for (var at = 0; at < 2; at++)
            {
                losses.Add(
                    (await world.Core.Steps.EvaluateAsync(
                        Acme, sessions[at], new BatchSpec([Example(tasks[at], "ab", "cd")]), world.Cancellation))[tasks[at]].Sum);
            }

            return [.. losses];
        }

        Assert.Equal(await RunAsync(interleaved: false), await RunAsync(interleaved: true));
    }

    /// <summary>Losses after one step of two tasks, two examples each.</summary>
    private static async Task<double[]> LossesAsync(Func<CoreWorld, SessionName, TrainingExample[], Task> step)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(initialisation: Initialisation.Pissa);
        var (north, south) = (await world.MakeTaskAsync("north", Strategy.Random), await world.MakeTaskAsync("south"));
        var session = (await world.OpenAsync([north, south])).Session.Name;
        TrainingExample[] batch = [Example(north, "ab", "cde"), Example(south, "fg", "hij"), Example(north, "klm", "nop"), Example(south, "q", "rst")];
        await step(world, session, batch);
        var losses = await world.Core.Steps.EvaluateAsync(Acme, session, new BatchSpec(batch), world.Cancellation);
        return [losses[north].Sum, losses[south].Sum];
    }
}
