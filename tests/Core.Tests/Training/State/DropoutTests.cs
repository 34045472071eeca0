using CoLA.Core.Adapters.Couplings;
using CoLA.Core.Adapters.Matrices;
using CoLA.Core.Data.Examples;
using CoLA.Core.Training.Examples;
using CoLA.Core.Training.Sessions;
using Xunit;
using static CoLA.Core.Tests.CoreWorld;

namespace CoLA.Core.Tests.Training.State;

public sealed class DropoutTests
{
    private const double Rate = 0.3;

    [Fact]
    public async Task TrainStep_AnyCutIntoMicroBatches_DropsTheSame()
    {
        var whole = await LossesAsync(Rate, new ColaOptions());
        var cut = await LossesAsync(Rate, new ColaOptions { Training = new() { TrainingTokens = 8 } });
        var none = await LossesAsync(0, new ColaOptions());

        Assert.All(whole.Zip(cut), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
        Assert.True(Math.Abs(whole[^1] - none[^1]) > 1e-3, $"{whole[^1]} and {none[^1]}");
    }

    [Fact]
    public async Task ForwardBackward_StepInTwoCallsAndSavedBetween_DropsAsInOne()
    {
        var one = await LossAfterStepAsync(3);
        var two = await LossAfterStepAsync(2, 1);

        Assert.Equal(one, two, 1e-5);
    }

    [Theory]
    [InlineData(Strategy.Heuristic, 2, 3)]
    [InlineData(Strategy.HydraLora, 1, 3)]
    public async Task TrainStep_NewTaskOnAPissaPool_BeginsAtTheBase(Strategy strategy, int m, int n)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync(m, Initialisation.Pissa);
        var task = await world.MakeTaskAsync("t", strategy, n);
        var session = (await world.OpenAsync([task], dropout: Rate)).Session.Name;

        var report = await world.StepAsync(session, 1, new TrainingExample(task, new TokenExample([97, 98, 99, 100], [0, 0, 1, 1])));

        Assert.Equal(-await world.ScoreAsync(null, "ab", "cd"), report.Tasks[0].Loss.Sum, 1e-3);
    }

    [Fact]
    public async Task Evaluate_SessionWithDropout_DropsNothing()
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task], dropout: Rate)).Session.Name;
        var example = new TrainingExample(task, new TokenExample([97, 98, 99, 100], [0, 0, 1, 1]));
        for (var sequence = 1; sequence <= 5; sequence++)
        {
            await world.StepAsync(session, sequence, example);
        }

        await world.Core.Sessions.PublishAsync(world.Mutation(), session, new PublishSpec(), world.Cancellation);
        var losses = await world.Core.Steps.EvaluateAsync(Acme, session, new BatchSpec([example]), world.Cancellation);

        Assert.Equal(-losses[task].Sum, await world.ScoreAsync(task, "ab", "cd"), 1e-4);
    }

    /// <summary>One optimizer step of three rows, cut into calls of so many, and the loss thereafter.</summary>
    private static async Task<double> LossAfterStepAsync(params int[] calls)
    {
        await using var world = new CoreWorld();
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task], dropout: Rate)).Session.Name;
        var sequence = 0L;
        await world.StepAsync(session, ++sequence, Example(task, "ab", "cd")); // heads are no longer zero, so that A has a gradient
        TrainingExample[] rows = [Example(task, "ab", "cd"), Example(task, "ab", "cd"), Example(task, "ab", "cd")];
        foreach (var count in calls)
        {
            await world.ForwardBackwardAsync(session, ++sequence, new BatchSpec(rows[..count]) { Reduction = Reduction.Sum });
            var saved = await world.Core.Sessions.SaveStateAsync(world.Mutation(), session, minimumSequence: 0, world.Cancellation);
            await world.Core.Sessions.LoadStateAsync(world.Mutation(), saved.Name, world.Cancellation);
        }

        await world.OptimStepAsync(session, ++sequence);
        var losses = await world.Core.Steps.EvaluateAsync(Acme, session, new BatchSpec(rows), world.Cancellation);
        return losses[task].Sum;
    }

    private static async Task<IReadOnlyList<double>> LossesAsync(double dropout, ColaOptions options)
    {
        await using var world = new CoreWorld(options);
        await world.MakePoolAsync();
        var task = await world.MakeTaskAsync("t");
        var session = (await world.OpenAsync([task], dropout: dropout)).Session.Name;
        var losses = new List<double>();
        for (var sequence = 1; sequence <= 6; sequence++)
        {
            var report = await world.StepAsync(session, sequence, Example(task, "ab", "cd"), Example(task, "ef", "gh"), Example(task, "abc", "d"));
            losses.Add(report.Tasks[0].Loss.Sum);
        }

        return losses;
    }
}
